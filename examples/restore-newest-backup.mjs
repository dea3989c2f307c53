// A new service from the newest finished backup of another one, open to the same addresses, with a password of its own.
//
// Without an account, start a ClickHouse Cloud in memory and copy the lines that it prints into another shell:
//
//     npx clickhouse-cloud sandbox --time-scale 20
//     node progress-bar.mjs                                # a service; it has a backup half a minute later
//     node restore-newest-backup.mjs SERVICE_ID
//
// With one, set CLICKHOUSE_CLOUD_API_KEY and CLICKHOUSE_CLOUD_API_SECRET to a key of yours. A service costs real money.
//
// After any failure, start it again: the new service is named after its backup, and one that is there is not created
// twice. Its password ends up in a file of its own, which only you can read.
import { writeFileSync } from "node:fs";
import { CloudError, CloudClient, generatePassword } from "clickhouse-cloud";

const [sourceId] = process.argv.slice(2);
if (sourceId === undefined) {
  console.error("Usage: node restore-newest-backup.mjs SERVICE_ID");
  process.exit(2);
}

const cloud = new CloudClient(); // from the environment
try {
  const source = await cloud.services.get(sourceId);
  const backup = newest(await cloud.backups.list(sourceId));
  if (backup === undefined) throw new Error(`${source.name} has no finished backup yet`);
  console.log(`backup   ${backup.id}, begun ${backup.startedAt}`);

  const { id } = await restored(source, backup);
  const onProgress = ({ state, previousState, attempt }) => {
    if (attempt === 1 || previousState !== undefined) console.log(`service  ${id} is ${state}`);
  };
  await cloud.services.ensureRunning(id, { onProgress });

  const file = `${id}.password`;
  const password = generatePassword();
  writeFileSync(file, password, { mode: 0o600 }); // before it is set, so that it cannot be lost
  await cloud.services.setPassword(id, password); // hashed here, never sent
  console.log(`password in ${file}`);
} catch (error) {
  if (!CloudError.is(error) || !error.ambiguous) throw error;
  // The response was lost. Reads lag behind: a new service may be missing from the list for a while.
  console.error(`${error.message}\nstart this again in a minute or two: it uses a service that is there`);
  process.exitCode = 1;
}

function newest(backups) {
  const finished = backups.filter(({ status }) => status === "done");
  return finished.sort((one, other) => Date.parse(other.startedAt) - Date.parse(one.startedAt))[0];
}

async function restored(source, backup) {
  const name = `restored ${backup.id}`;
  const there = (await cloud.services.list()).find((service) => service.name === name);
  if (there !== undefined) return there;
  // A backup is restored in its own region, and by older plans in its own tier.
  const { provider, region = source.regionId, tier, ipAccessList = [] } = source;
  const access = ipAccessList.map(({ source, description }) => ({ source, description }));
  const { service } = await cloud.services.create({ name, provider, region, tier, ipAccessList: access, backupId: backup.id });
  return service;
}
