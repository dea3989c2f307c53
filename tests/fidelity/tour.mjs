// @ts-check
// A tour of all operations: it creates one of each resource, reads and changes it, and deletes it in the end, so that every
// operation succeeds. Paths and required queries come from the contract; the bodies fit the state that the tour has made.
import assert from "node:assert/strict";
import { made, operations } from "../js/operations.mjs";

/** @import { Json } from "../js/samples.mjs" */
/** @import { Operation } from "../js/operations.mjs" */

/**
 * @typedef {object} Cloud
 * @property {(method: string, path: string, body?: unknown) => Promise<{ status: number, text: string }>} send
 * @property {(ms: number) => unknown} advance lets virtual time pass
 * @property {(address: string) => Promise<unknown>} upload sends a file
 * @property {() => number} now the virtual time
 * @property {string} organizationId
 */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Values of required query parameters that the state decides. @type {Json} */
const QUERIES = { cloud_provider: "aws", region_id: "eu-west-1" };

export const KAFKA = {
  ...{ type: "kafka", format: "JSONEachRow", brokers: "a:9092", topics: "events", authentication: "PLAIN" },
  credentials: { username: "reader", password: "kafka-secret" },
};
const TABLE = { sourceSchemaName: "public", sourceTable: "orders", targetTable: "shop_orders" };
const DATABASE = {
  ...{ host: "db.example.com", port: 5432, database: "shop", authentication: "basic", tableMappings: [TABLE] },
  ...{ credentials: { username: "reader", password: "pg-secret" }, settings: { replicationMode: "cdc", syncIntervalSeconds: 60 } },
};
export const SOURCE = {
  ...{ name: "logs", kind: "log", connection: "c", from: { databaseName: "a", tableName: "b" } },
  ...{ defaultTableSelectExpression: "Body", timestampValueExpression: "Timestamp" },
};
export const WEBHOOK = { name: "on call", service: "generic", url: "https://hooks.example.com/1" };
export const ALERT = { threshold: 1, thresholdType: "above", interval: "5m", source: "saved_search" };
export const RUNTIME = { runtime: "python3.11", arguments: [{ name: "x", type: "UInt64" }], returnType: "UInt64", type: "executable" };

/**
 * `ids` has the ids of everything that the tour has made, by the names of the paths' parameters.
 *
 * @param {Cloud} cloud
 */
export function tour(cloud) {
  /** @type {Json} */
  const ids = { organizationId: cloud.organizationId };

  /** Calls an operation, which succeeds, and returns its result. @param {string} name @param {unknown} [body] @param {Json} [other] ids and queries @returns {Promise<any>} */
  async function call(name, body, other = {}) {
    const operation = operations.find((one) => one.name === name);
    assert.ok(operation, name);
    const { method, media, status: expected } = operation;
    const { status, text } = await cloud.send(method, address(operation, { ...ids, ...other }), body);
    assert.equal(status, expected, `${name}: ${text}`);
    return media === "application/json" ? JSON.parse(text).result : text;
  }

  /** Calls an operation that creates something, and remembers its id. @param {string} name @param {string} parameter @param {unknown} body */
  async function create(name, parameter, body) {
    const { id } = await call(name, body);
    ids[parameter] = id;
  }

  async function upload() {
    const { uploadId, uploadUrl } = await call("udfs.createUpload");
    await cloud.upload(uploadUrl);
    return uploadId;
  }

  /** One of each resource. */
  async function build() {
    const { service } = await call("services.create", { name: "events", provider: "aws", region: "eu-west-1", idleScaling: false });
    ids.serviceId = service.id;
    await create("postgres.create", "postgresId", { name: "shop", provider: "aws", region: "us-east-1", size: "m8gd.xlarge" });
    await cloud.advance(10 * MINUTE);
    await call("services.queryEndpoint.set", { roles: ["sql_console_admin"], openApiKeys: [], allowedOrigins: "" });
    await create("clickPipes.create", "clickPipeId", { name: "a", source: { kafka: KAFKA }, destination: { database: "default" } });
    await call("clickPipes.create", { name: "b", source: { postgres: DATABASE }, destination: { database: "default" } });
    await create("clickPipes.reversePrivateEndpoints.create", "reversePrivateEndpointId", {
      ...{ description: "queues", type: "VPC_ENDPOINT_SERVICE" },
      vpcEndpointServiceName: "com.amazonaws.vpce.us-east-1.vpce-svc-0123456789abcdef0",
    });
    await create("clickStack.sources.create", "clickStackSourceId", SOURCE);
    await create("clickStack.dashboards.create", "clickStackDashboardId", {
      name: "a",
      tiles: [],
    });
    await create("clickStack.webhooks.create", "clickStackWebhookId", WEBHOOK);
    await create("clickStack.savedSearches.create", "clickStackSavedSearchId", { name: "a", sourceId: ids.clickStackSourceId });
    const channel = { type: "webhook", webhookId: ids.clickStackWebhookId };
    await create("clickStack.alerts.create", "clickStackAlertId", { ...ALERT, savedSearchId: ids.clickStackSavedSearchId, channel });
    await create("clickStack.roles.create", "clickStackRoleId", made.sample(body("clickStack.roles.create")));
    await call("backups.bucket.create", made.sample(body("backups.bucket.create")));
    await create("byoc.create", "byocInfrastructureId", made.sample(body("byoc.create")));
    await create("roles.create", "roleId", { name: "Readers", actors: [], policies: [] });
    await create("invitations.create", "invitationId", { email: "eve@example.com", role: "developer" });
    const { key } = await call("keys.create", { name: "ci", roles: ["developer"] });
    ids.keyId = key.id;
    ids.functionName = "double";
    await call("udfs.create", { functionName: ids.functionName, uploadId: await upload(), ...RUNTIME });
    await cloud.advance(HOUR);
    await call("udfs.attachments.set", {});
    await call("services.settings.update", { settings: JSON.stringify({ keep_alive_timeout: 20 }) });
    ids.settingName = "keep_alive_timeout";
    const [first, second] = [await call("members.list"), await call("quotas.list")];
    ids.userId = first.at(-1).userId;
    ids.quotaCode = second[0].quotaCode;
    await call("services.scalingSchedule.set", {
      entries: [{ name: "day", weekdays: [1, 2, 3], startHourUtc: 8, endHourUtc: 18 }],
    });
    await call("services.upgradeWindow.set", made.sample(body("services.upgradeWindow.set")));
    await cloud.advance(48 * HOUR);
    ids.backupId = (await call("backups.list"))[0].id;
    ids.activityId = (await call("activities.list"))[0].id;
    const [running] = (await call("services.list")).filter((/** @type {Json} */ one) => one.id === ids.serviceId);
    assert.equal(running.state, "running");
  }

  /** All reads, again and again while the resources change, and all changes. */
  async function use() {
    const tile = { name: "b", x: 0, y: 0, w: 6, h: 3 };
    const config = { displayType: "number", sourceId: ids.clickStackSourceId, select: [{ aggFn: "count" }] };
    const channel = { type: "webhook", webhookId: ids.clickStackWebhookId };
    /** @type {[name: string, body: object | (() => Promise<object>)][]} */
    const changes = [
      ["organizations.update", { name: "Renamed" }],
      ["services.update", { name: "renamed", tags: { add: [{ key: "team", value: "a" }] } }],
      ["services.updateScaling", { minTotalMemoryGb: 24, maxTotalMemoryGb: 96 }],
      ["services.updateReplicaScaling", { minReplicaMemoryGb: 16, maxReplicaMemoryGb: 64 }],
      ["services.updatePassword", {}],
      ["services.privateEndpoints.create", { id: "vpce-0123456789abcdef0", description: "office" }],
      ["backups.configuration.update", { backupPeriodInHours: 12, backupRetentionPeriodInHours: 48 }],
      ["backups.bucket.update", made.sample(body("backups.bucket.update"))],
      ["byoc.update", made.sample(body("byoc.update"))],
      ["clickPipes.update", { name: "renamed" }],
      ["clickPipes.updateScaling", { replicas: 2 }],
      ["clickPipes.updateState", { command: "stop" }],
      ["clickPipes.settings.replace", { clickhouse_max_threads: 4 }],
      ["clickPipes.discoverSchema", { source: { kafka: KAFKA } }],
      ["clickPipes.cdcScaling.update", { replicaCpuMillicores: 2000, replicaMemoryGb: 8 }],
      ["clickPipes.reversePrivateEndpoints.update", made.sample(body("clickPipes.reversePrivateEndpoints.update"))],
      ["clickStack.sources.replace", { ...SOURCE, name: "b" }],
      ["clickStack.dashboards.validate", { name: "b", tiles: [{ ...tile, config }] }],
      ["clickStack.dashboards.replace", { name: "b", tiles: [{ ...tile, config }] }],
      ["clickStack.webhooks.replace", { ...WEBHOOK, name: "b" }],
      ["clickStack.savedSearches.replace", { name: "b", sourceId: ids.clickStackSourceId }],
      ["clickStack.alerts.replace", { ...ALERT, threshold: 2, savedSearchId: ids.clickStackSavedSearchId, channel }],
      ["clickStack.roles.replace", made.sample(body("clickStack.roles.replace"))],
      ["roles.update", { name: "Writers" }],
      ["keys.update", { name: "ci, renamed", state: "disabled" }],
      ["members.update", { role: "developer" }],
      ["postgres.update", { tags: [{ key: "team", value: "shop" }] }],
      ["postgres.updatePassword", {}],
      ["postgres.config.update", { pgConfig: { max_connections: 300 }, pgBouncerConfig: {} }],
      ["postgres.config.replace", { pgConfig: { max_connections: 200 }, pgBouncerConfig: {} }],
      ["postgres.createReadReplica", { name: "copy" }],
      ["postgres.restore", { name: "again", restoreTarget: new Date(cloud.now() - HOUR).toISOString() }],
      ["postgres.updateState", { command: "restart" }],
      ["udfs.versions.create", async () => ({ uploadId: await upload(), ...RUNTIME })],
      ["services.updateState", { command: "stop" }],
      ["services.updateState", { command: "start" }],
    ];
    await read();
    for (const [name, body] of changes) {
      await call(name, typeof body === "function" ? await body() : body);
      // What is under way, and what has come of it.
      for (const pause of [0, MINUTE, HOUR]) {
        await cloud.advance(pause);
        await read();
      }
    }
  }

  /** All reads. */
  async function read() {
    const range = { from_date: new Date(cloud.now() - 24 * HOUR).toISOString(), to_date: new Date(cloud.now()).toISOString() };
    for (const { name, method } of operations) {
      if (method !== "GET" || name === "postgres.slowQueryPatterns.get") continue;
      if (name !== "postgres.slowQueryPatterns.list") {
        await call(name);
        continue;
      }
      const result = await call(name, undefined, range);
      const { queryId, dbName, dbUser, dbOperation } = result[0];
      await call("postgres.slowQueryPatterns.get", undefined, {
        ...range,
        queryId,
        db_name: dbName,
        db_user: dbUser,
        db_operation: dbOperation,
      });
    }
  }

  /** Deletes everything, what is below something first. */
  async function remove() {
    const last = ["clickStack.webhooks.delete", "udfs.versions.delete", "udfs.delete", "services.delete"];
    const others = operations.filter(({ method, name }) => method === "DELETE" && !last.includes(name));
    for (const name of [...others.map((operation) => operation.name), ...last]) {
      if (name === "services.delete") await call("services.updateState", { command: "stop" });
      await cloud.advance(HOUR);
      await call(name, undefined, { version: 1 });
    }
  }

  return { ids, build, use, remove };
}

/** The schema of an operation's body. @param {string} name */
function body(name) {
  const schema = operations.find((operation) => operation.name === name)?.body;
  assert.ok(schema, name);
  return schema;
}

/** The address of an operation, below the host. @param {Operation} operation @param {Json} values */
export function address({ path, inPath, inQuery }, values) {
  let url = path;
  for (const { name, schema } of inPath) url = url.replace(`{${name}}`, encodeURIComponent(values[name] ?? made.sample(schema)));
  const query = new URLSearchParams();
  for (const { name, schema, required } of inQuery) {
    const value = values[name] ?? QUERIES[name] ?? (required ? made.sample(schema) : undefined);
    if (value !== undefined) query.append(name, value);
  }
  return query.size === 0 ? url : `${url}?${query}`;
}
