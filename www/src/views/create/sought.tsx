// After a creation without a response: looks for its service, and offers another try only after that.
import type { Service } from "clickhouse-cloud";
import { useEffect, useState } from "preact/hooks";
import { useLocation } from "wouter-preact";
import { now } from "../../store/cloud.ts";
import { type Failure, failureOf } from "../../store/failure.ts";
import { isRunning } from "../../store/mutations.ts";
import { useResource } from "../../store/resource.ts";
import { passwordKey, resetPassword } from "../../store/service.ts";
import { forgetPassword, serviceOf, services, shownPasswords } from "../../store/services.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { MutationNotice } from "../../ui/mutation-notice.tsx";
import { FailureNotice, Notice } from "../../ui/notice.tsx";
import { Secret } from "../../ui/secret.tsx";
import { State, toneOf } from "../../ui/state.tsx";
import { Time } from "../../ui/time.tsx";
import { look, settle } from "./creation.ts";

export function Sought({ name, since, onRetry }: { name: string; since: number; onRetry: () => void }) {
  const [found, setFound] = useState<readonly Service[]>();
  const [failure, setFailure] = useState<Failure>();
  const [isLooking, setIsLooking] = useState(false);
  const [asks, setAsks] = useState(false);
  const again = async () => {
    setIsLooking(true);
    try {
      setFound(await look({ name, since }));
      setFailure(undefined);
    } catch (error) {
      setFailure(failureOf(error));
    }
    setIsLooking(false);
  };
  useEffect(() => void again(), [name, since]);

  return (
    <Notice
      tone="busy"
      title={
        <>
          No response came: <bdi>{name}</bdi> may have been created.
        </>
      }
    >
      <div role="status" class="sought">
        {found === undefined && failure === undefined && <p>Looking for it in the list of services…</p>}
        {found?.length === 0 && (
          <p>The list has no service of this name that was created since then. It may still be on its way: look again after a minute.</p>
        )}
        {found !== undefined && found.length > 0 && (
          <p>The list has {found.length === 1 ? "this one" : "these"} of that name, created since then:</p>
        )}
      </div>
      {failure !== undefined && <FailureNotice failure={failure} />}
      {found?.map((service) => (
        <Found key={service.id} service={service} />
      ))}
      <div class="actions">
        <Button busy={isLooking} onClick={() => void again()}>
          Look again
        </Button>
        {found !== undefined && <Button onClick={() => setAsks(true)}>Create another one…</Button>}
      </div>
      <Dialog open={asks} title={<>Create {name} once more?</>} onClose={() => setAsks(false)}>
        <p>If the first request has an effect after all, there will be two services of this name, and both cost money.</p>
        <div class="actions">
          <Button
            kind="danger"
            onClick={() => {
              setAsks(false);
              settle();
              onRetry();
            }}
          >
            Create once more
          </Button>
          <Button onClick={() => setAsks(false)}>Cancel</Button>
        </div>
      </Dialog>
    </Notice>
  );
}

function Found({ service: found }: { service: Service }) {
  const [, go] = useLocation();
  useResource(services);
  const service = serviceOf(found.id) ?? found;
  const password = shownPasswords.value.get(service.id);
  const key = passwordKey(service.id);
  const open = () => {
    settle(service);
    go(`/services/${service.id}`);
  };
  return (
    <div class="found">
      <p class="found-line">
        <strong>
          <bdi>{service.name}</bdi>
        </strong>
        <State state={service.state} />
        <span class="soft">
          {service.provider} · {service.region}
          {service.createdAt !== undefined && (
            <>
              {" "}
              · <Time at={service.createdAt} now={now} />
            </>
          )}
        </span>
      </p>
      <p>Its first password was in the response that was lost. Have another one made as soon as it runs.</p>
      <MutationNotice of={key} />
      {password === undefined ? (
        <div class="actions">
          <Button
            kind="primary"
            busy={isRunning(key)}
            disabledBecause={toneOf(service.state) === "busy" ? "A password can be reset once the service runs" : undefined}
            onClick={() => void resetPassword(service)}
          >
            Reset its password
          </Button>
          <Button onClick={open}>Open it</Button>
        </div>
      ) : (
        <>
          <Secret
            name={`password of ${service.name}`}
            value={password}
            onStored={() => {
              forgetPassword(service.id);
              open();
            }}
          />
          <div class="actions">
            <Button onClick={open}>Open it</Button>
          </div>
        </>
      )}
    </div>
  );
}
