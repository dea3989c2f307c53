// Unions: narrowed by their discriminators, in what comes and in what is sent; nullable values keep `null`.
import {
  CloudClient,
  type ClickStackLogSource,
  type ClickStackSource,
  type CreateUdfBody,
  type OwnBackupBucket,
  type OwnGcpBackupBucket,
  type Udf,
} from "clickhouse-cloud";

const cloud = new CloudClient();
const id = "3f6c1d1e-8a52-4b6f-9d0c-5a1b2c3d4e5f";

export function narrowed(bucket: OwnBackupBucket, source: ClickStackSource, udf: Udf) {
  if (bucket.bucketProvider === "GCP") same<typeof bucket, OwnGcpBackupBucket>();
  // @ts-expect-error it stands in one of the variants only
  bucket.iamRoleArn;
  switch (source.kind) {
    case "log":
      same<typeof source, ClickStackLogSource>();
      return source.defaultTableSelectExpression;
    // @ts-expect-error there is no such variant
    case "logs":
      return "";
    default:
      return udf.error === null ? "" : udf.error;
  }
}

const kept = {
  uploadId: id,
  runtime: "python3.11",
  arguments: [],
  returnType: "String",
  type: "executable_pool",
  functionName: "f",
} as const;

export async function sent() {
  const body: CreateUdfBody = { ...kept, poolSize: 2, returnName: null };
  await cloud.udfs.create(body);
  // @ts-expect-error only functions with kept processes have a size
  await cloud.udfs.create({ ...kept, type: "executable", poolSize: 2 });
  // @ts-expect-error there is no such type
  await cloud.udfs.create({ ...kept, type: "pool" });
  // The body may be absent, and so may what is after it.
  await cloud.udfs.attachments.set("f", id);
  await cloud.udfs.attachments.set("f", id, { version: 2 });
  // @ts-expect-error a version is a number
  await cloud.udfs.attachments.set("f", id, { version: "2" });
  const text: string = await cloud.services.getPrometheus(id);
  const nothing: void = await cloud.udfs.delete("f");
  return [text, nothing];
}
