// @ts-check
// The options of the constructor: what is refused, and with which words.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { runInNewContext } from "node:vm";
import { CloudClient, ConfigurationError, RateLimiter, generatePassword, hashPassword } from "clickhouse-cloud";
import { createProxy } from "clickhouse-cloud/proxy";
import { Sandbox } from "clickhouse-cloud/sandbox";
import { ID, keys, rejection, scripted, SECRET, success, thrown } from "./support.mjs";

/** @param {any} options */
const refused = (options) => {
  const error = thrown(() => new CloudClient(options));
  assert.ok(error instanceof ConfigurationError, String(error));
  assert.ok(error.message.startsWith("new CloudClient"), error.message);
  assert.ok(!error.message.includes(SECRET), error.message);
  return error.message;
};

test("unknown names are told the nearest", () => {
  assert.match(refused({ ...keys, timeoutMS: 1 }), /unknown option timeoutMS: did you mean timeoutMs\?/);
  assert.match(refused({ ...keys, organisationId: ID }), /did you mean organizationId\?/);
  assert.match(refused({ ...keys, zzz: 1 }), /known are keyId/);
});

test("values of the wrong kind", () => {
  for (const [name, value] of [
    ["keyId", 7], ["keySecret", [SECRET]], ["organizationId", "x"], ["organizationId", 7], ["baseUrl", 7], ["baseUrl", "not an address"],
    ["baseUrl", "/api"], ["baseUrl", "ftp://x"], ["baseUrl", "https://u:p@x"], ["baseUrl", "https://x?y"], ["timeoutMs", 0],
    ["timeoutMs", "1"], ["timeoutMs", NaN], ["retryBudgetMs", -1], ["retryBudgetMs", Infinity], ["maxBodyBytes", 0], ["fetch", {}],
    ["clock", {}], ["clock", { now: 1, sleep: 2 }], ["headers", "x"], ["headers", { "a b": "c" }], ["headers", { a: "b\nc" }],
    ["headers", { a: "ü" }], ["logger", {}], ["logLevel", "loud"], ["validateResponses", true], ["unknownProperties", "drop"],
    ["rateLimit", true], ["rateLimit", {}], ["rateLimit", { requests: 0, perMs: 1 }], ["rateLimit", { requests: 1.5, perMs: 1 }],
    ["dangerouslyAllowBrowser", "yes"], ["bearerToken", "x"],
  ]) {
    refused({ ...keys, [/** @type {string} */ (name)]: value });
  }
  for (const options of [7, "x", [], () => {}, true]) refused(options);
  for (const options of [{ keyId: "a" }, { keySecret: "a" }, { keyId: "a:b", keySecret: "c" }, { bearerToken: "a\nb" }]) refused(options);
});

test("undefined and null count as absent", () => {
  assert.ok(new CloudClient());
  assert.ok(new CloudClient({ keyId: undefined, timeoutMs: undefined, fetch: undefined, headers: undefined }));
  assert.ok(new CloudClient(/** @type {any} */ ({ rateLimit: null, baseUrl: null })));
});

/** What is no plain object, and how it is told. @type {[value: any, words: RegExp][]} */
const INSTANCES = [
  [AbortSignal.abort(), /received an AbortSignal: write \{ signal \}/],
  [new AbortController(), /received an AbortController: write \{ signal: controller\.signal \}/],
  [new Headers({ "x-a": "1" }), /received a Headers: write \{ headers \}/],
  [new Map([["timeoutMs", 1]]), /received a Map/],
  [new Set(["timeoutMs"]), /received a Set/],
  [new Date(), /received a Date/],
  [new URLSearchParams("timeoutMs=1"), /received a URLSearchParams/],
  [new (class Own { timeoutMs = 1; })(), /received an instance of a class/],
  [Object.create({ timeoutMs: 1 }), /received an instance of a class/],
];

test("what is no plain object is refused wherever options stand, and nothing is sent", async () => {
  const { cloud, calls } = scripted([success([])]);
  const body = { name: "events", provider: "aws", region: "eu-west-1" };
  for (const [value, words] of INSTANCES) {
    assert.match(refused(value), words);
    for (const make of [
      () => new RateLimiter(value), () => generatePassword(value), () => new Sandbox(value), () => createProxy(value),
      () => new Sandbox({ faults: value }), () => new CloudClient({ ...keys, clock: value }), () => new CloudClient({ ...keys, logger: value }),
      () => cloud.buildRequest("GET /v1/organizations/{organizationId}/services", value),
    ]) {
      const error = thrown(make);
      assert.ok(error instanceof ConfigurationError, String(error));
      assert.match(error.message, words);
    }
    for (const call of [
      () => cloud.services.get(ID, value), () => cloud.services.list({}, value), () => cloud.services.list(value),
      () => cloud.services.setPassword(ID, "correct horse", value), () => cloud.services.start(ID, value),
      () => cloud.services.waitFor(ID, "running", value), () => cloud.services.createAndWait(/** @type {any} */ (body), value),
      () => cloud.services.ensureRunning(ID, value), () => cloud.services.stopAndDelete(ID, value), () => cloud.backups.waitFor(ID, ID, value),
      () => cloud.request("GET /v1/organizations", value), () => cloud.request("GET /v1/organizations", {}, value),
      () => cloud.request("GET /v1/organizations/{organizationId}", { path: value }),
      () => cloud.request("GET /v1/organizations/{organizationId}/services", { query: value }),
    ]) {
      const error = await rejection(call());
      assert.ok(error instanceof ConfigurationError, String(error));
      assert.match(error.message, words);
    }
  }
  assert.equal(calls.length, 0);
});

test("a body of which JSON would hold nothing is refused: empty, it would make a new password", async () => {
  const { cloud, calls } = scripted([success({})]);
  for (const [value, words] of INSTANCES.filter(([value]) => !("timeoutMs" in value) && !(value instanceof Date))) {
    assert.match((await rejection(cloud.services.updatePassword(ID, value))).message, words);
  }
  assert.equal(calls.length, 0);
  // What has properties, or says itself what it is in JSON, may be of any class.
  class Body {
    newPasswordHash = hashPassword("correct horse");
  }
  const own = { toJSON: () => new Body() };
  for (const body of [new Body(), Object.create(own)]) await cloud.services.updatePassword(ID, body);
  for (const { init } of calls) assert.deepEqual(Object.keys(JSON.parse(init.body)), ["newPasswordHash"]);
  assert.equal(calls.length, 2);
});

test("plain objects of every kind are taken", async () => {
  const { cloud, calls } = scripted([success([])]);
  const headers = { "x-a": "1" };
  const realm = runInNewContext(`({ headers: { "x-a": "1" } })`);
  for (const options of [{ headers }, Object.assign(Object.create(null), { headers }), new Proxy({ headers }, {}), Object.freeze({ headers }), realm]) {
    await cloud.services.list({}, options);
    assert.equal(calls.at(-1)?.init.headers["x-a"], "1");
  }
});

test("headers that would be lost are refused", () => {
  for (const headers of [new Set(["x-a"]), ["x-a"], new Date(), AbortSignal.abort(), new (class Own {})()]) {
    assert.match(refused({ ...keys, headers }), /headers/);
  }
});

test("plain http with credentials is refused unless it is loopback", () => {
  for (const host of ["example.com", "127.0.0.1.example.com", "localhost.example.com", "10.0.0.1", "[::2]", "0.0.0.0"]) {
    assert.match(refused({ ...keys, baseUrl: `http://${host}` }), /https/);
    assert.ok(new CloudClient({ baseUrl: `http://${host}` }), "without credentials");
  }
  for (const host of ["localhost", "localhost:8080", "127.0.0.1", "127.9.9.9:1", "[::1]:80", "x.localhost"]) {
    assert.ok(new CloudClient({ ...keys, baseUrl: `http://${host}/` }), host);
  }
});

test("a base address with a path keeps it", async () => {
  for (const baseUrl of ["https://proxy.example/cloud", "https://proxy.example/cloud/", "https://PROXY.example:443/cloud//"]) {
    const { cloud, calls } = scripted([success([])], { baseUrl });
    await cloud.services.list();
    assert.equal(calls[0]?.url, `https://proxy.example/cloud/v1/organizations/${ID}/services`);
  }
});

test("the environment is read where nothing is given", () => {
  const program = `
    import { CloudClient } from "clickhouse-cloud";
    const built = (options) => new CloudClient(options).buildRequest("GET /v1/organizations/{organizationId}/services");
    const { url, headers } = built();
    const own = built({ keyId: "a", keySecret: "b" });
    const token = built({ bearerToken: "t" });
    console.log(JSON.stringify([url, headers.authorization, own.headers.authorization, token.headers.authorization]));
  `;
  const basic = (/** @type {string} */ text) => `Basic ${Buffer.from(text).toString("base64")}`;
  const run = (/** @type {Record<string, string>} */ env) =>
    execFileSync(process.execPath, ["--input-type=module", "-e", program], {
      encoding: "utf8",
      cwd: new URL(".", import.meta.url),
      env: { PATH: process.env.PATH, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
  const env = { CLICKHOUSE_CLOUD_API_KEY: "k", CLICKHOUSE_CLOUD_API_SECRET: "s", CLICKHOUSE_ORG_ID: ID, CLICKHOUSE_API_URL: "http://localhost:1/x" };
  const [url, ...found] = JSON.parse(run(env));
  assert.equal(url, `http://localhost:1/x/v1/organizations/${ID}/services`);
  assert.deepEqual(found, [basic("k:s"), basic("a:b"), "Bearer t"]);
  assert.throws(() => run({ ...env, CLICKHOUSE_ORG_ID: "nonsense" }), /organizationId/);
});

test("a key secret in a page is refused with the reason", () => {
  const page = /** @type {any} */ (globalThis);
  page.document = {};
  try {
    const { dangerouslyAllowBrowser: _, ...plain } = keys;
    assert.match(refused(plain), /dangerouslyAllowBrowser/);
    assert.ok(new CloudClient(keys));
    assert.ok(new CloudClient({ baseUrl: "https://backend.example", organizationId: ID }));
  } finally {
    delete page.document;
  }
});

test("headers of every kind are taken", async () => {
  for (const headers of [{ "X-A": "1" }, new Headers({ "X-A": "1" }), [["X-A", "1"]], new Map([["X-A", "1"]])]) {
    const { cloud, calls } = scripted([success([])], { headers });
    await cloud.services.list({}, { headers: { "x-b": "2" } });
    assert.equal(calls[0]?.init.headers["x-a"], "1");
    assert.equal(calls[0]?.init.headers["x-b"], "2");
  }
});

test("the options of a call are checked like the client's", async () => {
  const { cloud, calls } = scripted([success([])]);
  for (const options of [{ timeout: 1 }, { timeoutMs: "1" }, { signal: {} }, { headers: 7 }, 7, []]) {
    await assert.rejects(cloud.services.list({}, /** @type {any} */ (options)), ConfigurationError);
  }
  await assert.rejects(cloud.services.waitFor(ID, "running", /** @type {any} */ ({ start: true })), ConfigurationError);
  await assert.rejects(cloud.services.waitFor(ID, /** @type {any} */ ([])), ConfigurationError);
  assert.equal(calls.length, 0);
});
