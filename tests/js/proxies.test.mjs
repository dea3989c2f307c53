// @ts-check
// Clients and sandboxes behind the proxies that frameworks wrap around objects, such as Vue's reactive() and MobX's observables.
import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { ApiError, CloudClient, CloudError, RateLimiter, ResponseValidationError } from "clickhouse-cloud";
import { Sandbox } from "clickhouse-cloud/sandbox";

/**
 * What deep observables do: each object that is read through one is another one.
 *
 * @template {object} T
 * @param {T} target
 * @returns {T}
 */
const observed = (target) =>
  new Proxy(target, {
    get(from, name, receiver) {
      const value = Reflect.get(from, name, receiver);
      return typeof value === "object" && value !== null && !(value instanceof Promise) ? observed(value) : value;
    },
  });

test("a client and its services", async () => {
  const cloud = observed(new CloudClient(new Sandbox({ timeScale: 1000 }).clientOptions));
  const { service } = await cloud.services.create({ name: "a", provider: "aws", region: "eu-west-1", ipAccessList: [] });
  assert.deepEqual(
    (await cloud.services.list()).map(({ id }) => id),
    [service.id],
  );
  assert.equal((await cloud.services.waitFor(service.id, "running")).state, "running");
  assert.deepEqual(await cloud.backups.list(service.id), []);
  assert.equal((await cloud.organizations.list()).length, 1);
  assert.equal((await cloud.request("GET /v1/organizations")).length, 1);
  cloud.free();
  await assert.rejects(cloud.services.list(), /has been freed/);
});

test("a sandbox, a request that is built, a rate limiter", async () => {
  const sandbox = observed(new Sandbox());
  const rateLimit = observed(new RateLimiter({ requests: 7, perMs: 1_000 }));
  assert.deepEqual([rateLimit.requests, rateLimit.perMs], [7, 1_000]);
  const cloud = new CloudClient({ ...sandbox.clientOptions, rateLimit });
  const built = observed(cloud.buildRequest("GET /v1/organizations"));
  assert.deepEqual([built.method, built.url, built.body], ["GET", "https://api.clickhouse.cloud/v1/organizations", undefined]);
  assert.match(built.headers.authorization ?? "", /^Basic /);
  assert.match(built.toCurl(), /^curl /);
  assert.deepEqual(await cloud.services.list(), []);
  assert.equal(sandbox.ledger().length, 1);
});

test("errors", () => {
  const fields = {
    issues: [],
    operation: "services.list",
    status: 200,
    requestId: undefined,
    attempts: 1,
    attemptLog: [],
    ambiguous: false,
  };
  const broken = observed(new ResponseValidationError("x", fields, { text: '{"a":1}' }));
  assert.deepEqual([broken.text, broken.body, broken.created], ['{"a":1}', { a: 1 }, undefined]);
  const api = { ...fields, code: undefined, method: "GET", path: "/", headers: {} };
  assert.equal(observed(new ApiError("x", api, { text: "secret" })).body, "secret");
  assert.ok(CloudError.is(broken));
});

test("what is kept is shown nowhere", () => {
  const cloud = new CloudClient({ keyId: "id", keySecret: "s3cr3t", organizationId: "5a9db0c5-0000-4000-8000-000000000001" });
  const built = cloud.buildRequest("GET /v1/organizations");
  const { authorization = "" } = built.headers;
  for (const value of [cloud, cloud.services, built]) {
    const shown = inspect(value, { showHidden: true, depth: 9 }) + JSON.stringify(value) + JSON.stringify({ ...value });
    assert.ok(!shown.includes("s3cr3t") && !shown.includes(authorization.slice(6)), shown);
  }
});
