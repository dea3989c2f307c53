// Helpers beyond one call: lists that are iterated, waiters, commands, rotation, deployment, and costs over a long range.
import {
  CloudClient,
  CloudError,
  type AnyState,
  type ByocConfig,
  type ClickPipe,
  type ClickPipeState,
  type CreateApiKeyResult,
  type PagePromise,
  type PostgresService,
  type PostgresSlowQueryPattern,
  type Progress,
  type Udf,
  type UdfAttachment,
  type UdfListResult,
  type UsageCost,
  WaitError,
} from "clickhouse-cloud";

const cloud = new CloudClient({});
const id = "3f6c1d1e-8a52-4b6f-9d0c-5a1b2c3d4e5f";

export async function lists() {
  const list = cloud.udfs.list({ limit: 10 });
  same<typeof list, PagePromise<UdfListResult, Udf>>();
  const page = await list;
  same<typeof page, UdfListResult>();
  for await (const udf of list) same<typeof udf, Udf>();
  for await (const one of cloud.udfs.attachments.list("f")) same<typeof one, UdfAttachment>();
  const range = { from_date: "2026-03-01T00:00:00Z", to_date: "2026-03-02T00:00:00Z" };
  for await (const one of cloud.postgres.slowQueryPatterns.list(id, range)) same<typeof one, PostgresSlowQueryPattern>();
  // @ts-expect-error services come in one list
  for await (const one of cloud.services.list()) void one;
}

export async function waits() {
  const pipe = await cloud.clickPipes.waitFor(id, id, "Running", {
    onProgress(progress) {
      same<typeof progress, Progress<ClickPipeState>>();
    },
  });
  same<typeof pipe, ClickPipe>();
  const any = await cloud.clickPipes.waitFor(id, id);
  same<typeof any, ClickPipe>();
  const gone = await cloud.clickPipes.waitFor(id, id, ["Failed", "gone"]);
  same<typeof gone, ClickPipe | undefined>();
  const byoc = await cloud.byoc.waitFor(id, ["infra-ready"]);
  same<typeof byoc, ByocConfig>();
  const later = await cloud.postgres.waitFor(id, "one that is new");
  same<typeof later, PostgresService>();
  // @ts-expect-error the options come after the states
  await cloud.postgres.waitFor(id, { timeoutMs: 1 });
  // @ts-expect-error of which service?
  await cloud.clickPipes.waitFor();
  const { lastState } = new WaitError("", { reason: "gone", lastState: "Running", elapsedMs: 1 });
  same<typeof lastState, AnyState | undefined>();
}

export async function intents() {
  const started = await cloud.clickPipes.start(id, id);
  same<typeof started, ClickPipe>();
  // @ts-expect-error which pipe?
  await cloud.clickPipes.stop(id);
  const { data } = await cloud.postgres.restart(id, { timeoutMs: 1 }).withResponse();
  same<typeof data, PostgresService>();
  const costs = await cloud.usageCost.range({ from_date: "2025-01-01", to_date: "2025-12-31", filter: ["tag:a"] });
  same<typeof costs, UsageCost>();
  // @ts-expect-error until when?
  await cloud.usageCost.range({ from_date: "2025-01-01" });
}

export async function secrets() {
  const key = await cloud.keys.rotate(id, {
    deleteOld: true,
    expireAt: "2027-01-01T00:00:00Z",
    onCreated: async (created) => same<typeof created, CreateApiKeyResult>(),
  });
  same<typeof key, CreateApiKeyResult>();
  // @ts-expect-error a key is deleted with deleteOld
  await cloud.keys.rotate(id, { delete: true });
  const { createdKey } = new CloudError("");
  same<typeof createdKey, CreateApiKeyResult | undefined>();
}

export async function code() {
  const udf = await cloud.udfs.deploy(
    "area",
    new Uint8Array(),
    { type: "executable_pool", poolSize: 3, runtime: "python3.11", arguments: [{ name: "r", type: "Float64" }], returnType: "Float64" },
    { timeoutMs: 1 },
  );
  same<typeof udf, Udf>();
  // @ts-expect-error a file is bytes
  await cloud.udfs.deploy("area", "file.zip", { type: "executable", runtime: "native", arguments: [], returnType: "String" });
  const whole = { uploadId: id, type: "executable", runtime: "native", arguments: [], returnType: "String" } as const;
  const { uploadId, ...definition } = whole;
  await cloud.udfs.deploy("area", new Uint8Array(), { ...definition, arguments: [] });
  // @ts-expect-error the upload is made here
  await cloud.udfs.deploy("area", new Uint8Array(), { ...definition, arguments: [], uploadId });
}
