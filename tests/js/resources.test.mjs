// @ts-check
// One call of each kind in the API, written by hand: nested resources, queries, optional bodies, 201, text and PEM. Each as users
// write it, as the service receives it, and as it is refused. walk.test.mjs does the same for every operation.
import assert from "node:assert/strict";
import { test } from "node:test";
import { CloudClient, NotFoundError, RequestValidationError, schemas } from "clickhouse-cloud";
import { document } from "./operations.mjs";
import { ID, json, rejection, scripted, success, thrown } from "./support.mjs";

const PIPE = "7d3f6b1e-1c52-4a6f-8d0c-5a1b2c3d4e5f";
const organization = `https://api.clickhouse.cloud/v1/organizations/${ID}`;

/**
 * The request of a call, and the value that it resolves with.
 *
 * @param {(cloud: CloudClient) => PromiseLike<unknown>} call
 * @param {Response} response
 */
async function sent(call, response) {
  const { cloud, calls } = scripted([response]);
  const result = await call(cloud);
  const { url, init } = calls[0] ?? { url: "", init: {} };
  return { method: init.method, url: url.replace(organization, ""), body: init.body, accept: init.headers.accept, result };
}

/** @param {string} text @param {string} type */
const text = (text, type) => new Response(text, { headers: { "content-type": type } });

test("a resource below a resource", async () => {
  const settings = { streaming_max_insert_wait_ms: 1_000 };
  assert.deepEqual(await sent((cloud) => cloud.clickPipes.settings.replace(ID, PIPE, settings), success(settings)), {
    method: "PUT",
    url: `/services/${ID}/clickpipes/${PIPE}/settings`,
    body: JSON.stringify(settings),
    accept: "application/json",
    result: settings,
  });
  const scaling = await sent((cloud) => cloud.services.upgradeWindow.delete(ID), json({ status: 200, requestId: "r-1" }));
  assert.deepEqual(
    [scaling.method, scaling.url, scaling.body, scaling.result],
    ["DELETE", `/services/${ID}/upgradeWindow`, undefined, undefined],
  );
});

test("a name in a path is encoded, and stays one segment", async () => {
  const setting = { name: "a b", value: "1" };
  const { method, url } = await sent(
    (cloud) => cloud.request("GET /v1/organizations/{organizationId}/quotas/{quotaCode}", { path: { quotaCode: "a b/ü?" } }),
    success({ quotaCode: "a b/ü?", value: 1 }),
  );
  assert.deepEqual([method, url], ["GET", "/quotas/a%20b%2F%C3%BC%3F"]);
  const { cloud } = scripted([success(setting)]);
  for (const name of ["..", ".", ""]) {
    const error = await rejection(cloud.services.settings.get(ID, name));
    assert.ok(error instanceof RequestValidationError);
    assert.deepEqual(
      error.issues.map(({ path }) => path),
      [["path", "settingName"]],
    );
  }
});

test("a query, of which each value is encoded", async () => {
  const range = { from_date: "2026-03-01T00:00:00Z", to_date: "2026-03-02T00:00:00+01:00" };
  const list = await sent((cloud) => cloud.postgres.slowQueryPatterns.list(PIPE, { ...range, limit: 10 }), success([]));
  assert.equal(
    list.url,
    `/postgres/${PIPE}/slowQueryPatterns?from_date=2026-03-01T00%3A00%3A00Z&to_date=2026-03-02T00%3A00%3A00%2B01%3A00&limit=10`,
  );
  assert.deepEqual(list.result, []);
  const { cloud } = scripted([success([])]);
  /** @param {any} query */
  const paths = async (query) =>
    (await rejection(cloud.postgres.slowQueryPatterns.list(PIPE, query))).issues.map(
      (/** @type {any} */ { path, code }) => `${path.join(".")} ${code}`,
    );
  assert.deepEqual(await paths({ to_date: range.to_date }), ["query.from_date required"]);
  assert.deepEqual(await paths({ ...range, limit: 501 }), ["query.limit maximum"]);
  assert.deepEqual(await paths({ ...range, from_date: "yesterday" }), ["query.from_date format"]);
  assert.deepEqual(await paths({ ...range, fromDate: "2026-03-01" }), ["query.fromDate unknown"]);
});

test("a body that may be absent", async () => {
  const attachment = { functionName: "f", serviceId: ID, status: "provisioning", version: 2 };
  for (const [body, expected] of /** @type {const} */ ([
    [undefined, undefined],
    [{ version: 2 }, '{"version":2}'],
    [{}, "{}"],
  ])) {
    const set = await sent((cloud) => cloud.udfs.attachments.set("f", ID, body), success(attachment));
    assert.deepEqual([set.method, set.url, set.body], ["PUT", `/udfs/f/attachments/${ID}`, expected]);
  }
});

test("a number in a path", async () => {
  const { url } = await sent((cloud) => cloud.udfs.versions.delete("f", 12), json({ status: 200, requestId: "r-1" }));
  assert.equal(url, "/udfs/f/versions/12");
  const { cloud } = scripted([success({})]);
  for (const version of [0, 1.5, "12"]) {
    const error = await rejection(cloud.udfs.versions.delete("f", /** @type {any} */ (version)));
    assert.deepEqual(
      error.issues.map((/** @type {any} */ { path }) => path),
      [["path", "version"]],
      String(version),
    );
  }
});

test("201 is a success", async () => {
  const session = { uploadId: ID, uploadUrl: "https://uploads.example.com/a?b=c", expiresAt: "2026-03-01T12:00:00Z" };
  const { cloud } = scripted([json({ status: 201, requestId: "r-1", result: session }, { status: 201 })]);
  const { status, data } = await cloud.udfs.createUpload().withResponse();
  assert.deepEqual([status, data], [201, session]);
});

test("text and PEM are strings, and their errors are JSON", async () => {
  const metrics = "# HELP a\na 1\n";
  const prometheus = await sent(
    (cloud) => cloud.organizations.getPrometheus(ID, { filtered_metrics: true }),
    text(metrics, "text/plain; charset=utf-8"),
  );
  assert.deepEqual(prometheus, {
    method: "GET",
    url: "/prometheus?filtered_metrics=true",
    body: undefined,
    accept: "text/plain, application/json",
    result: metrics,
  });
  const pem = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
  const certificates = await sent((cloud) => cloud.postgres.getCaCertificates(PIPE), text(pem, "application/x-pem-file"));
  assert.deepEqual(
    [certificates.url, certificates.accept, certificates.result],
    [`/postgres/${PIPE}/caCertificates`, "application/x-pem-file, application/json", pem],
  );
  // A text that happens to be JSON stays text.
  assert.equal((await sent((cloud) => cloud.services.getPrometheus(ID), text('{"result":1}', "application/json"))).result, '{"result":1}');
  const { cloud } = scripted([json({ status: 404, error: "NOT_FOUND: no such service", requestId: "r-1" }, { status: 404 })]);
  assert.ok((await rejection(cloud.services.getPrometheus(ID))) instanceof NotFoundError);
});

test("the organization is the client's own, but where it is what the call is about", async () => {
  const other = PIPE;
  const update = await sent((cloud) => cloud.organizations.update(other, { name: "mine" }), success({ id: other }));
  assert.deepEqual(
    [update.method, update.url, update.body],
    ["PATCH", `https://api.clickhouse.cloud/v1/organizations/${other}`, '{"name":"mine"}'],
  );
  const keys = await sent((cloud) => cloud.keys.list(), success([]));
  assert.equal(keys.url, "/keys");
});

test("a union is read by its discriminator", () => {
  const { cloud } = scripted([success({})]);
  const route = "POST /v1/organizations/{organizationId}/services/{serviceId}/backupBucket";
  /** @param {any} body */
  const issues = (body) =>
    thrown(() => cloud.buildRequest(route, { path: { serviceId: ID }, body })).issues.map(
      (/** @type {any} */ { path, code }) => `${path.join(".")} ${code}`,
    );
  assert.deepEqual(issues({ bucketProvider: "AWZ", bucketPath: "https://a.example.com/b" }), ["body.bucketProvider enum"]);
  assert.deepEqual(issues({ bucketPath: "https://a.example.com/b" }), ["body.bucketProvider required"]);
});

test("a pipe has one source", () => {
  const { cloud } = scripted([success({})]);
  const route = "POST /v1/organizations/{organizationId}/services/{serviceId}/clickpipes";
  /** @param {any} source */
  const issues = (source) => {
    const body = { name: "events", source, destination: { columns: [] } };
    return thrown(() => cloud.buildRequest(route, { path: { serviceId: ID }, body: /** @type {any} */ (body) })).issues.map(
      (/** @type {any} */ { path, code }) => `${path.join(".")} ${code}`,
    );
  };
  assert.ok(issues({}).includes("body.source.kafka required"), String(issues({})));
  assert.ok(issues({ kafkaa: {} }).includes("body.source.kafkaa unknown"));
});

test("every schema of the contract is in schemas", () => {
  assert.deepEqual(Object.keys(schemas).sort(), Object.keys(document.components.schemas).sort());
  const validate = /** @param {keyof typeof schemas} name @param {unknown} value */ (name, value) =>
    schemas[name]["~standard"].validate(value);
  assert.deepEqual(validate("AttachUdfBody", { version: 1 }), { value: { version: 1 }, issues: undefined });
  const wrong = validate("AttachUdfBody", { version: 0 });
  assert.deepEqual(
    /** @type {any} */ (wrong).issues.map((/** @type {any} */ { path, code }) => [path, code]),
    [[["version"], "minimum"]],
  );
});
