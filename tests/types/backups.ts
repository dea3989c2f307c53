// Backups and organizations.
import {
  CloudClient,
  type Backup,
  type BackupStatus,
  type Backups,
  type Organization,
  type Organizations,
  type Progress,
} from "clickhouse-cloud";

const cloud = new CloudClient({});
const backups: Backups = cloud.backups;
const organizations: Organizations = cloud.organizations;
const id = "3f6c1d1e-8a52-4b6f-9d0c-5a1b2c3d4e5f";

export async function ofServices() {
  const all = await cloud.backups.list(id, { timeoutMs: 1 });
  same<typeof all, Backup[]>();
  same<Awaited<ReturnType<typeof backups.list>>, Backup[]>();
  // @ts-expect-error of which service?
  await cloud.backups.list();

  const one = await cloud.backups.get(id, id, {});
  same<typeof one, Backup>();
  same<typeof one.status, BackupStatus>();
  same<typeof one.sizeInBytes, number | undefined>();
  // @ts-expect-error which backup?
  await cloud.backups.get(id);

  const done = await cloud.backups.waitFor(id, id, {
    timeoutMs: 1,
    onProgress(progress) {
      same<typeof progress, Progress<BackupStatus>>();
      same<typeof progress.state, BackupStatus>();
    },
  });
  same<typeof done, Backup>();
  // @ts-expect-error there is one state to wait for
  await cloud.backups.waitFor(id, id, "done");

  const { bucket } = one;
  if (bucket?.bucketProvider === "AWS") same<typeof bucket.iamRoleArn, string | undefined>();
  // @ts-expect-error not every bucket has one
  bucket?.iamRoleArn;
}

export async function ofTheKey() {
  const all = await cloud.organizations.list({ headers: [["x-trace", "1"]] });
  same<typeof all, Organization[]>();
  same<Awaited<ReturnType<typeof organizations.list>>, Organization[]>();
  // @ts-expect-error there is no filter
  await cloud.organizations.list({ filter: [] });

  const one = await cloud.organizations.get(id);
  same<typeof one, Organization>();
  same<typeof one.name, string | undefined>();
  // @ts-expect-error which one?
  await cloud.organizations.get();
}
