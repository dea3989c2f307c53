// The backups of a service: a picture of 30 days, the same as a table, and a new service from one of them.
import type { Backup, BackupConfiguration, Service } from "clickhouse-cloud";
import { useState } from "preact/hooks";
import { now } from "../../store/cloud.ts";
import { useResource } from "../../store/resource.ts";
import { backupConfiguration, backups } from "../../store/service.ts";
import { Button } from "../../ui/button.tsx";
import { Empty } from "../../ui/empty.tsx";
import { Loaded } from "../../ui/loaded.tsx";
import { State } from "../../ui/state.tsx";
import { bytes, dateTime, duration, plural } from "../../ui/text.ts";
import { Time } from "../../ui/time.tsx";
import { Restore } from "./restore.tsx";
import { nextBackup, Timeline } from "./timeline.tsx";

export function Backups({ service }: { service: Service }) {
  const { data: configuration } = useResource(backupConfiguration(service.id));
  const [restoring, setRestoring] = useState<Backup>();
  return (
    <Loaded of={backups(service.id)} loading="Loading the backups">
      {(list) => (
        <>
          <section class="card" aria-labelledby="timeline">
            <h2 id="timeline">30 days of backups</h2>
            <Plan configuration={configuration} next={nextBackup(list, configuration)} />
            {list.length === 0 ? (
              <Empty title="No backups yet.">
                <p>The service makes the first one by itself.</p>
              </Empty>
            ) : (
              <Timeline backups={list} next={nextBackup(list, configuration)} />
            )}
          </section>
          {list.length > 0 && <Table backups={list} onRestore={setRestoring} />}
          <Restore service={service} backup={restoring} onClose={() => setRestoring(undefined)} />
        </>
      )}
    </Loaded>
  );
}

const HOUR_MS = 3_600_000;

function Plan({ configuration, next }: { configuration: BackupConfiguration | undefined; next: number | undefined }) {
  if (configuration === undefined) return null;
  const { backupPeriodInHours, backupRetentionPeriodInHours, backupStartTime } = configuration;
  const parts = [
    backupStartTime ? `One a day at ${backupStartTime} UTC` : backupPeriodInHours && `One every ${duration(backupPeriodInHours * HOUR_MS)}`,
    backupRetentionPeriodInHours && `kept for ${duration(backupRetentionPeriodInHours * HOUR_MS)}`,
  ].filter(Boolean);
  return (
    <p class="soft">
      {parts.join(", ")}.
      {next !== undefined && (
        <>
          {" "}
          The next one: <Time at={next} now={now} />.
        </>
      )}
    </p>
  );
}

function Table({ backups: list, onRestore }: { backups: readonly Backup[]; onRestore: (backup: Backup) => void }) {
  const sorted = [...list].sort((a, b) => (b.startedAt ?? "").localeCompare(a.startedAt ?? ""));
  return (
    <section class="card" aria-labelledby="backups-table">
      <h2 id="backups-table">{plural(list.length, "backup")}</h2>
      <table class="backups">
        <thead>
          <tr>
            <th scope="col">Begun</th>
            <th scope="col">State</th>
            <th scope="col">Kind</th>
            <th scope="col">Size</th>
            <th scope="col">Duration</th>
            <th scope="col">
              <span class="unseen">Restore</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {sorted.map((backup) => (
            <Row key={backup.id} backup={backup} onRestore={onRestore} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Row({ backup, onRestore }: { backup: Backup; onRestore: (backup: Backup) => void }) {
  const { status, type, sizeInBytes, startedAt, durationInSeconds } = backup;
  const when = startedAt === undefined ? "unknown" : dateTime(Date.parse(startedAt));
  return (
    <tr>
      <th scope="row" data-label="Begun">
        {startedAt === undefined ? "unknown" : <time dateTime={startedAt}>{when}</time>}
      </th>
      <td data-label="State">
        <State state={status} />
      </td>
      <td data-label="Kind">{type}</td>
      <td data-label="Size">{sizeInBytes === undefined ? "" : bytes(sizeInBytes)}</td>
      <td data-label="Duration">{durationInSeconds === undefined ? "" : duration(durationInSeconds * 1000)}</td>
      <td class="backup-action">
        <Button
          label={`Restore the backup of ${when}`}
          disabledBecause={status === "done" ? undefined : "Only a backup that is done can be restored"}
          onClick={() => onRestore(backup)}
        >
          Restore…
        </Button>
      </td>
    </tr>
  );
}
