// @ts-check
// Changes of every resource, each told from the one before by a value that a read shows. What can be created and deleted comes
// from the contract; the bodies are those of the tour, or made from the contract.
import assert from "node:assert/strict";
import { ALERT, KAFKA, RUNTIME, SOURCE, WEBHOOK } from "../fidelity/tour.mjs";
import { made, operations } from "../js/operations.mjs";

/** @import { Json } from "../js/samples.mjs" */

/**
 * A property that a change sets again and again; removed, it shows `null`.
 *
 * @typedef {object} Setting
 * @property {string[]} changes the operations that do
 * @property {(value: any) => unknown} body
 * @property {string} read the operation that shows it
 * @property {(result: any) => unknown} shown
 * @property {string} [removal] the operation that removes it
 * @property {string} [creation] the operation that sets it where it is removed
 * @property {Json} [of] ids of another place than the tour's
 * @property {(number: number) => unknown} value the value of a number; another one for another number, as far as its range goes
 */

/**
 * A resource whose records are created, changed where they can be, and deleted where that takes no preparation.
 *
 * @typedef {object} Collection
 * @property {string} resource
 * @property {string} parameter that has the identity in paths
 * @property {string} list the operation that shows all of them
 * @property {(result: any) => Json[]} listed
 * @property {(text: string) => Json | Promise<Json>} body of a creation with this text, which may await an upload
 * @property {(result: any) => Json} created the record in the result of a creation
 * @property {(record: any) => unknown} text the text that a record shows
 * @property {string | undefined} update the operation that sets another text
 * @property {(text: string) => unknown} change its body
 * @property {boolean} deleted
 */

/** A setting that applies without a restart. */
const QUERY_SETTING = "max_columns_to_read";

const named = (/** @type {number} */ number) => `name_${number}`;
const RANGE = (/** @type {number} */ least, /** @type {number} */ step, /** @type {number} */ count) => (/** @type {number} */ number) =>
  least + step * (number % count);

/**
 * @param {string[]} roles of the organization
 * @param {Json} stopped the id of a stopped service, which need not be running again before the next change
 * @returns {Setting[]}
 */
export const settings = (roles, stopped) => [
  { changes: ["organizations.update"], read: "organizations.get", ...property("name") },
  { changes: ["services.update"], read: "services.get", ...property("name") },
  { changes: ["services.updateScaling"], read: "services.get", of: stopped, ...property("maxTotalMemoryGb", RANGE(48, 12, 26)) },
  { changes: ["services.updateReplicaScaling"], read: "services.get", of: stopped, ...property("idleTimeoutMinutes", RANGE(5, 1, 1_000)) },
  {
    ...{ changes: ["services.privateEndpoints.create"], read: "organizations.get", value: (number) => `vpce-${number}` },
    body: (id) => ({ id, description: "" }),
    shown: ({ privateEndpoints }) => privateEndpoints.at(-1)?.id,
  },
  {
    ...{
      changes: ["services.queryEndpoint.set"],
      removal: "services.queryEndpoint.delete",
      read: "services.queryEndpoint.get",
      value: (number) => `https://${number}.example.com`,
    },
    body: (allowedOrigins) => ({ roles: ["sql_console_admin"], openApiKeys: [], allowedOrigins }),
    shown: ({ allowedOrigins }) => allowedOrigins,
  },
  {
    ...{
      changes: ["services.scalingSchedule.set"],
      removal: "services.scalingSchedule.delete",
      read: "services.scalingSchedule.get",
      value: named,
    },
    body: (name) => ({ entries: [{ name, weekdays: [1, 2, 3], startHourUtc: 8, endHourUtc: 18 }] }),
    shown: ({ entries }) => entries[0]?.name,
  },
  {
    ...{ changes: ["services.upgradeWindow.set"], removal: "services.upgradeWindow.delete", read: "services.upgradeWindow.get" },
    ...property("weekday", RANGE(0, 1, 7)),
    body: (weekday) => ({ ...made.sample(schema("services.upgradeWindow.set")), weekday }),
  },
  {
    ...{ changes: ["services.settings.update"], removal: "services.settings.delete", read: "services.settings.get" },
    ...{ of: { settingName: QUERY_SETTING }, value: RANGE(1, 1, 1_000) },
    body: (value) => ({ settings: JSON.stringify({ [QUERY_SETTING]: value }) }),
    shown: ({ value }) => Number(value),
  },
  {
    ...{ changes: ["backups.configuration.update"], read: "backups.configuration.get" },
    ...property("backupRetentionPeriodInHours", RANGE(24, 1, 600)),
  },
  {
    ...{ changes: ["backups.bucket.update"], creation: "backups.bucket.create", removal: "backups.bucket.delete" },
    ...{ read: "backups.bucket.get", value: (number) => `s3://bucket-${number}` },
    body: (bucketPath) => ({ ...made.sample(schema("backups.bucket.create")), bucketPath }),
    // The bucket of the tour has none.
    shown: ({ bucketPath }) => bucketPath ?? "",
  },
  {
    ...{ changes: ["udfs.attachments.set"], removal: "udfs.attachments.delete", read: "udfs.attachments.get" },
    ...property("version", () => 1),
    shown: ({ status, version }) => (status === "deprovisioning" ? null : version),
  },
  {
    ...{ changes: ["members.update"], read: "members.get", value: (number) => roles[number % roles.length] },
    body: (role) => ({ assignedRoleIds: [role] }),
    shown: ({ assignedRoles }) => assignedRoles[0]?.roleId,
  },
  { changes: ["clickPipes.settings.replace"], read: "clickPipes.settings.get", ...property("clickhouse_max_threads", RANGE(1, 1, 64)) },
  {
    ...{ changes: ["clickPipes.updateScaling"], read: "clickPipes.get", ...property("replicas", RANGE(1, 1, 40)) },
    shown: ({ scaling }) => scaling.replicas,
  },
  {
    ...{ changes: ["clickPipes.cdcScaling.update"], read: "clickPipes.cdcScaling.get" },
    ...property("replicaCpuMillicores", RANGE(1_000, 1_000, 32)),
    body: (replicaCpuMillicores) => ({ replicaCpuMillicores, replicaMemoryGb: replicaCpuMillicores / 250 }),
  },
  {
    ...{ changes: ["clickPipes.reversePrivateEndpoints.update"], read: "clickPipes.reversePrivateEndpoints.get" },
    value: (number) => `n${number}.example.com`,
    body: (privateDnsName) => ({ customPrivateDnsMappings: [{ privateDnsName }] }),
    shown: ({ customPrivateDnsMappings }) => customPrivateDnsMappings?.[0]?.privateDnsName,
  },
  {
    ...{ changes: ["postgres.update"], read: "postgres.get", value: named },
    body: (value) => ({ tags: [{ key: "number", value }] }),
    shown: ({ tags }) => tags[0]?.value,
  },
  {
    ...{ changes: ["postgres.config.replace", "postgres.config.update"], read: "postgres.config.get", value: RANGE(100, 1, 400) },
    body: (value) => ({ pgConfig: { max_connections: value }, pgBouncerConfig: {} }),
    shown: ({ pgConfig }) => Number(pgConfig?.max_connections),
  },
];

/** A setting of one property. @param {string} name @param {(number: number) => unknown} [value] */
const property = (name, value = named) => ({
  value,
  body: (/** @type {unknown} */ value) => ({ [name]: value }),
  shown: (/** @type {Json} */ result) => result[name],
});

/**
 * @param {Json} ids of what the tour has built
 * @param {() => Promise<string>} upload sends a file
 * @returns {Collection[]}
 */
export function collections(ids, upload) {
  const channel = { type: "webhook", webhookId: ids.clickStackWebhookId };
  const archive = async (/** @type {string} */ name) => ({ ...RUNTIME, arguments: [{ name, type: "UInt64" }], uploadId: await upload() });
  /** How they differ from a record with a name, whose body is made from the contract. @type {Record<string, Partial<Collection>>} */
  const own = {
    // One that runs is not deleted.
    services: { body: (name) => ({ name, provider: "aws", region: "eu-west-1" }), created: ({ service }) => service, deleted: false },
    postgres: { body: (name) => ({ name, provider: "aws", region: "us-east-1", size: "m8gd.xlarge" }) },
    clickPipes: { body: (name) => ({ name, source: { kafka: KAFKA }, destination: { database: "default" } }) },
    "clickPipes.reversePrivateEndpoints": {
      body: (description) => ({
        ...{ description, type: "VPC_ENDPOINT_SERVICE" },
        vpcEndpointServiceName: `com.amazonaws.vpce.us-east-1.vpce-svc-${description.replaceAll(/\D/g, "").padStart(17, "0")}`,
      }),
      text: ({ description }) => description,
      update: undefined,
    },
    "clickStack.dashboards": { body: (name) => ({ name, tiles: [] }) },
    "clickStack.sources": { body: (name) => ({ ...SOURCE, name }) },
    "clickStack.webhooks": { body: (name) => ({ ...WEBHOOK, name }) },
    "clickStack.savedSearches": { body: (name) => ({ name, sourceId: ids.clickStackSourceId }) },
    "clickStack.alerts": {
      body: (text) => ({ ...ALERT, savedSearchId: ids.clickStackSavedSearchId, channel, threshold: Number(text.replaceAll(/\D/g, "")) }),
      text: ({ threshold }) => `name_${threshold}`,
    },
    invitations: {
      body: (name) => ({ email: `${name}@example.com`, role: "developer" }),
      text: ({ email }) => email.split("@")[0],
    },
    byoc: {
      ...{ list: "organizations.get", listed: ({ byocConfig }) => byocConfig, change: (displayName) => ({ displayName }) },
      body: (displayName) => ({ ...made.sample(schema("byoc.create")), displayName }),
      text: ({ displayName }) => displayName,
    },
    roles: { body: (name) => ({ name, actors: [], policies: [] }) },
    keys: { created: ({ key }) => key, body: (name) => ({ name, roles: ["developer"] }) },
    udfs: {
      body: async (functionName) => ({ functionName, ...(await archive("x")) }),
      text: ({ functionName }) => functionName,
    },
    "udfs.versions": {
      body: archive,
      text: (version) => version.arguments[0].name,
    },
  };
  const has = (/** @type {string} */ name) => operations.some((operation) => operation.name === name);
  return operations.flatMap(({ name }) => {
    const resource = name.slice(0, -".create".length);
    if (!name.endsWith(".create") || !has(`${resource}.delete`) || resource === "backups.bucket") return [];
    const deletion = operations.find((operation) => operation.name === `${resource}.delete`);
    const parameter = deletion?.inPath.at(-1)?.name;
    assert.ok(parameter, resource);
    const body = (/** @type {string} */ name) => ({ ...made.sample(schema(`${resource}.create`)), name });
    const changing = [`${resource}.update`, `${resource}.replace`].find(has);
    const whole = {
      resource,
      parameter,
      body,
      text: (/** @type {Json} */ record) => record.name,
      update: changing,
      deleted: true,
      created: (/** @type {Json} */ result) => result,
    };
    const listing = { list: `${resource}.list`, listed: (/** @type {Json} */ result) => result.items ?? result };
    // A replacement is as a creation; a change has the name alone.
    const { body: creation } = { ...whole, ...own[resource] };
    const change = (/** @type {string} */ name) => (changing?.endsWith(".replace") ? creation(name) : { name });
    return [{ ...whole, ...listing, change, ...own[resource] }];
  });
}

/** The schema of an operation's body. @param {string} name */
function schema(name) {
  const found = operations.find((operation) => operation.name === name)?.body;
  assert.ok(found, name);
  return found;
}
