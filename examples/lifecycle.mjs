// The life of a service: created, changed, given passwords, backed up, stopped and deleted.
//
// Without an account, start a ClickHouse Cloud in memory and copy the lines that it prints into another shell:
//
//     npx clickhouse-cloud sandbox --time-scale 60
//     node lifecycle.mjs
//
// With one, set CLICKHOUSE_CLOUD_API_KEY and CLICKHOUSE_CLOUD_API_SECRET to a key of yours: the same program creates a
// real service, which costs real money until the last line has been printed.
import { setTimeout as sleep } from "node:timers/promises";
import { CloudClient, NotFoundError, generatePassword } from "clickhouse-cloud";

const cloud = new CloudClient(); // from the environment
const log = (step, ...words) => console.log(step.padEnd(9), ...words);
const onProgress = ({ state, elapsedMs }) => log("", `${state}, ${Math.round(elapsedMs / 1000)} s`);

const services = await cloud.services.list();
log("list", `${services.length} services`);

// The password is in `created`, too. It is shown only once: a program that needs it keeps it now.
const created = await cloud.services.create({
  name: "lifecycle",
  provider: "aws",
  region: "eu-west-1",
  ipAccessList: [],
  idleScaling: false, // so that it does not fall asleep while it waits for its backup
});
const { id } = created.service;
log("create", id);

try {
  await cloud.services.waitFor(id, "running", { onProgress });

  const service = await cloud.services.get(id);
  log("get", `${service.name} is ${service.state} in ${service.region ?? service.regionId}`);

  const updated = await cloud.services.update(id, {
    name: "lifecycle, renamed",
    ipAccessList: { add: [{ source: "203.0.113.0/24", description: "office" }] },
  });
  log("update", `${updated.name}, open to ${updated.ipAccessList?.map(({ source }) => source)}`);

  const scaled = await cloud.services.updateReplicaScaling(id, { minReplicaMemoryGb: 8, maxReplicaMemoryGb: 24 });
  log("scale", `${scaled.minReplicaMemoryGb} to ${scaled.maxReplicaMemoryGb} GB for each replica`);

  // A password is changed only on a service that runs.
  await cloud.services.ensureRunning(id, { onProgress });
  await cloud.services.setPassword(id, generatePassword());
  log("password", "set by its hash: the password itself never left");
  const { password } = await cloud.services.resetPassword(id);
  log("password", `reset: the new one has ${password.length} characters`);

  const first = await firstBackup(id);
  if (first) {
    const backup = await cloud.backups.waitFor(id, first.id, { onProgress });
    const { status, sizeInBytes = 0 } = await cloud.backups.get(id, backup.id);
    log("backup", `${backup.id} is ${status}, ${(sizeInBytes / 1e9).toFixed(1)} GB`);
  }

  await cloud.services.stop(id);
  await cloud.services.waitFor(id, "stopped", { onProgress });
  log("stop", "stopped");
} finally {
  // From any state, and after any error above.
  await cloud.services.stopAndDelete(id, { onProgress });
  log("delete", "gone");
}

const gone = await cloud.services.get(id).catch((error) => error);
if (!(gone instanceof NotFoundError)) throw new Error("the service is still there", { cause: gone });
log("get", `${gone.status} ${gone.code}`);

/** The first backup begins by itself, some minutes after the service came up. It may take longer than we wait. */
async function firstBackup(serviceId) {
  for (const deadline = Date.now() + 30 * 60_000; Date.now() < deadline; await sleep(5_000)) {
    const backups = await cloud.backups.list(serviceId);
    log("backups", backups.length);
    if (backups.length > 0) return backups[0];
  }
}
