// A new service from a backup. It is in the place of the backup; its password is shown once, on its own screen.
import type { Backup, Service } from "clickhouse-cloud";
import { useState } from "preact/hooks";
import { useLocation } from "wouter-preact";
import { mutation } from "../../store/mutations.ts";
import { restore, restoreKey } from "../../store/service.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Field } from "../../ui/field.tsx";
import { MutationNotice } from "../../ui/mutation-notice.tsx";
import { dateTime } from "../../ui/text.ts";
import { check, issueAt, usePackage } from "./package.ts";

export function Restore({ service, backup, onClose }: { service: Service; backup: Backup | undefined; onClose: () => void }) {
  const key = restoreKey(service.id);
  return (
    <>
      <MutationNotice of={key} />
      <Dialog open={backup !== undefined} title="Restore into a new service" onClose={onClose}>
        {backup && <RestoreForm service={service} backup={backup} onClose={onClose} />}
      </Dialog>
    </>
  );
}

function RestoreForm({ service, backup, onClose }: { service: Service; backup: Backup; onClose: () => void }) {
  const { id, provider, region, ipAccessList = [] } = service;
  const loaded = usePackage();
  const [, go] = useLocation();
  const [name, setName] = useState(`${service.name} restored`);
  const issue = issueAt(check(loaded, "ServiceName", name));
  const status = mutation(restoreKey(id)).value?.status;
  const refusal =
    issue ?? (status === "unknown" ? "First find out in the list of services whether the last request has created one" : undefined);
  return (
    <form
      class="dialog-form"
      aria-label="Restore"
      noValidate
      onSubmit={async (event) => {
        event.preventDefault();
        if (refusal !== undefined || status === "running") return;
        onClose();
        const created = await restore(service, backup.id, name);
        if (created !== undefined) go(`/services/${created.id}`);
      }}
    >
      <p>
        The backup of {backup.startedAt === undefined ? "an unknown time" : dateTime(Date.parse(backup.startedAt))} becomes a new service.
        This one stays as it is.
      </p>
      <Field label="Name of the new service" error={issue}>
        {(tied) => <input {...tied} dir="auto" autoComplete="off" value={name} onInput={(event) => setName(event.currentTarget.value)} />}
      </Field>
      <dl class="service-facts">
        <div>
          <dt>Place, fixed by the backup</dt>
          <dd>
            {provider} · {region}
          </dd>
        </div>
        <div>
          <dt>Access list, as here</dt>
          <dd>{ipAccessList.map(({ source }) => source).join(", ") || "nobody"}</dd>
        </div>
      </dl>
      <div class="actions">
        <Button type="submit" kind="primary" busy={status === "running"} disabledBecause={refusal}>
          Restore
        </Button>
        <Button onClick={onClose}>Cancel</Button>
      </div>
    </form>
  );
}
