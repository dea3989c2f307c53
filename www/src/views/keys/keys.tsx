// The API keys of the organization.
import type { ApiKey } from "clickhouse-cloud";
import { now } from "../../store/cloud.ts";
import { isRunning } from "../../store/mutations.ts";
import { deleteKey, forgetKey, keyOf, keys, ownKeyId, rotateKey, setKeyState, shownKeys } from "../../store/organization.ts";
import { Button } from "../../ui/button.tsx";
import { Confirm } from "../../ui/confirm.tsx";
import { Loaded } from "../../ui/loaded.tsx";
import { MutationNotice } from "../../ui/mutation-notice.tsx";
import { Screen } from "../../ui/screen.tsx";
import { Secret } from "../../ui/secret.tsx";
import { State } from "../../ui/state.tsx";
import { Time } from "../../ui/time.tsx";
import { NewKey } from "./new-key.tsx";
import "../../style/organization.css";

export function Keys() {
  return (
    <Screen title="Keys">
      <p class="soft">Programs open this organization with the id and the secret of a key. The secret of a new key is shown once.</p>
      <NewKey />
      {[...shownKeys.value.values()].map(({ key, keyId = "", keySecret = "" }) => (
        <section class="card" key={key.id} aria-label={`The credentials of ${key.name}`}>
          <h2>
            <bdi>{key.name}</bdi>: its id is <code>{keyId}</code>
          </h2>
          <Secret name="secret" value={keySecret} onStored={() => forgetKey(key.id)} />
        </section>
      ))}
      <Loaded of={keys} loading="Loading the keys">
        {(list) => (
          <ul class="records" aria-label="Keys">
            {list.map((key) => (
              <li key={key.id}>
                <Key of={key} />
              </li>
            ))}
          </ul>
        )}
      </Loaded>
    </Screen>
  );
}

function Key({ of: key }: { of: ApiKey }) {
  const { id, name, state, keySuffix, createdAt, usedAt, expireAt, ipAccessList = [], assignedRoles = [] } = key;
  const busy = isRunning(keyOf(id));
  const own = ownKeyId.value?.endsWith(keySuffix ?? " ") ? "This page uses it" : undefined;
  return (
    <article class="card record" aria-labelledby={`key-${id}`}>
      <header class="record-header">
        <h2 id={`key-${id}`}>
          <bdi>{name}</bdi> <code class="soft">…{keySuffix}</code>
        </h2>
        <State state={state} />
      </header>
      <dl class="facts">
        <div>
          <dt>Roles</dt>
          <dd>{assignedRoles.map(({ roleName }) => roleName).join(", ") || "none"}</dd>
        </div>
        <div>
          <dt>Created</dt>
          <dd>{createdAt === undefined ? "unknown" : <Time at={createdAt} now={now} />}</dd>
        </div>
        <div>
          <dt>Last used</dt>
          <dd>{usedAt === undefined ? "never" : <Time at={usedAt} now={now} />}</dd>
        </div>
        <div>
          <dt>Expires</dt>
          <dd>{expireAt ? <Time at={expireAt} now={now} /> : "never"}</dd>
        </div>
        <div>
          <dt>From</dt>
          <dd>
            {ipAccessList.length === 0
              ? "anywhere"
              : ipAccessList.map(({ source, description }) => (description ? `${source} (${description})` : source)).join(", ")}
          </dd>
        </div>
      </dl>
      <MutationNotice of={keyOf(id)} />
      <div class="actions">
        <Confirm
          button="Rotate"
          kind="primary"
          label={`Rotate ${name}`}
          title={`Rotate ${name}?`}
          act="Rotate"
          busy={busy}
          disabledBecause={own ?? (state === "disabled" ? "It is disabled" : undefined)}
          onConfirm={() => void rotateKey(key)}
        >
          <p>
            A new key with the same name, roles and addresses is created and its secret shown once. Then this one is disabled: programs need
            the new one.
          </p>
        </Confirm>
        {state === "enabled" ? (
          <Button label={`Disable ${name}`} busy={busy} disabledBecause={own} onClick={() => void setKeyState(key, "disabled")}>
            Disable
          </Button>
        ) : (
          <Button label={`Enable ${name}`} busy={busy} onClick={() => void setKeyState(key, "enabled")}>
            Enable
          </Button>
        )}
        <Confirm
          button="Delete"
          label={`Delete ${name}`}
          title={`Delete ${name}?`}
          act="Delete it"
          busy={busy}
          disabledBecause={own}
          onConfirm={() => void deleteKey(key)}
        >
          <p>Programs that use it are refused from then on. There is no way back.</p>
        </Confirm>
      </div>
    </article>
  );
}
