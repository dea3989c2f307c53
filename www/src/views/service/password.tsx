// A new password: one of the visitor's own, of which only hashes leave the page, or one that the service makes.
import type { Service } from "clickhouse-cloud";
import { useEffect, useState } from "preact/hooks";
import { useLoaded } from "../../forms/loaded.ts";
import { backend, cloud } from "../../store/cloud.ts";
import { isRunning } from "../../store/mutations.ts";
import { passwordKey, resetPassword, setPassword } from "../../store/service.ts";
import { forgetPassword, shownPasswords } from "../../store/services.ts";
import { Button } from "../../ui/button.tsx";
import { Confirm } from "../../ui/confirm.tsx";
import { Field } from "../../ui/field.tsx";
import { MutationNotice } from "../../ui/mutation-notice.tsx";
import { Secret } from "../../ui/secret.tsx";
import { usePackage } from "./package.ts";

const ROUTE = "PATCH /v1/organizations/{organizationId}/services/{serviceId}/password";
/** Only the body is shown: any organization does. */
const ANY = "00000000-0000-4000-8000-000000000000";

const load = async () => ({ client: await cloud, sandbox: (await backend).sandbox });

export function Password({ service }: { service: Service }) {
  const { id, name } = service;
  const key = passwordKey(id);
  const busy = isRunning(key);
  const shown = shownPasswords.value.get(id);
  return (
    <>
      <MutationNotice of={key} />
      {shown !== undefined && (
        <>
          <Secret key={shown} name="password" value={shown} onStored={() => forgetPassword(id)} />
          <Verify key={`verify ${shown}`} id={id} password={shown} />
        </>
      )}
      <div class="beside">
        <Own service={service} busy={busy} />
        <section class="card" aria-labelledby="reset">
          <h2 id="reset">Have one made</h2>
          <p>The service makes a password and shows it once. The present password ends at once.</p>
          <div class="actions">
            <Confirm
              button="Reset the password…"
              title={
                <>
                  Reset the password of <bdi>{name}</bdi>?
                </>
              }
              act="Reset it"
              busy={busy}
              onConfirm={() => void resetPassword(service)}
            >
              <p>Programs with the present password are refused from then on. There is no way back to it.</p>
            </Confirm>
          </div>
        </section>
      </div>
    </>
  );
}

function Own({ service, busy }: { service: Service; busy: boolean }) {
  const loaded = usePackage();
  const client = useLoaded(load).data?.client;
  const [password, setText] = useState("");
  const [visible, setVisible] = useState(false);
  const hashes =
    loaded === undefined || password === ""
      ? undefined
      : { newPasswordHash: loaded.hashPassword(password), newDoubleSha1Hash: loaded.doubleSha1Hash(password) };
  const sent = client && hashes && client.buildRequest(ROUTE, { path: { organizationId: ANY, serviceId: service.id }, body: hashes }).body;
  const refusal =
    password === ""
      ? "Enter a password first"
      : password.trim() === ""
        ? "White space alone cannot be seen as a password"
        : hashes === undefined
          ? "The client is still loading"
          : undefined;
  return (
    <form
      class="card"
      aria-label="Choose a password"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (refusal !== undefined || hashes === undefined || busy) return;
        void setPassword(service, password, hashes).then((made) => made && setText(""));
      }}
    >
      <h2>Choose one</h2>
      {/* For password managers. */}
      <input hidden readOnly autoComplete="username" value="default" />
      <Field label="New password" help="It stays in this page: only its hashes are sent.">
        {(tied) => (
          <input
            {...tied}
            class="mono"
            type={visible ? "text" : "password"}
            autoComplete="new-password"
            spellcheck={false}
            value={password}
            onInput={(event) => setText(event.currentTarget.value)}
          />
        )}
      </Field>
      <div class="actions">
        <Button pressed={visible} onClick={() => setVisible(!visible)}>
          Show it
        </Button>
        <Button
          disabledBecause={loaded === undefined ? "The client is still loading" : undefined}
          onClick={() => loaded && setText(loaded.generatePassword())}
        >
          Generate one
        </Button>
      </div>
      <dl class="hashes">
        <div>
          <dt>SHA-256, in base64</dt>
          <dd>
            <code class="hash">{hashes?.newPasswordHash ?? "—"}</code>
          </dd>
        </div>
        <div>
          <dt>SHA-1 of its SHA-1, for MySQL</dt>
          <dd>
            <code class="hash">{hashes?.newDoubleSha1Hash ?? "—"}</code>
          </dd>
        </div>
        <div>
          <dt>What leaves the page</dt>
          <dd>
            <code class="hash">{sent ?? "nothing yet"}</code>
          </dd>
        </div>
      </dl>
      <div class="actions">
        <Button type="submit" kind="primary" busy={busy} disabledBecause={refusal}>
          Set this password
        </Button>
      </div>
    </form>
  );
}

/** Where there is a sandbox, it can say whether a password opens the service. */
function Verify({ id, password }: { id: string; password: string }) {
  const sandbox = useLoaded(load).data?.sandbox;
  const [opens, setOpens] = useState<boolean>();
  useEffect(() => {
    if (sandbox === undefined) return;
    let isCurrent = true;
    sandbox.verifyPassword(id, password).then(
      (result) => isCurrent && setOpens(result),
      () => isCurrent && setOpens(undefined),
    );
    return () => {
      isCurrent = false;
    };
  }, [sandbox, id, password]);
  if (opens === undefined) return null;
  return opens ? (
    <p class="good-text">The sandbox has tried it: it opens the service.</p>
  ) : (
    <p class="bad-text">The sandbox has tried it: it does not open the service any more.</p>
  );
}
