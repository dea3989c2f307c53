// @ts-check
// The promise of a call is native and belongs to the caller's context; the stack of its error has the caller's line.
import assert from "node:assert/strict";
import { AsyncLocalStorage } from "node:async_hooks";
import { execFileSync } from "node:child_process";
import { tracingChannel } from "node:diagnostics_channel";
import { inspect } from "node:util";
import { test } from "node:test";
import { ID, json, rejection, scripted, service, success, thrown, within } from "./support.mjs";

const NativePromise = (async () => {})().constructor;

/** Every kind of promise that the client gives. @type {[name: string, call: (cloud: any) => Promise<unknown>][]} */
const kinds = [
  ["a call", (cloud) => cloud.services.get(ID)],
  ["a request", (cloud) => cloud.request("GET /v1/organizations/{organizationId}/services/{serviceId}", { path: { serviceId: ID } })],
  ["withResponse", (cloud) => cloud.services.get(ID).withResponse()],
  ["setPassword", (cloud) => cloud.services.setPassword(ID, "correct horse")],
  ["waitFor", (cloud) => cloud.services.waitFor(ID, "running")],
  ["ensureRunning", (cloud) => cloud.services.ensureRunning(ID)],
  ["a backup", (cloud) => cloud.backups.list(ID)],
];

for (const [name, call] of kinds) {
  test(`${name} is a promise of the engine's own`, async () => {
    const { cloud } = scripted([success(service)]);
    const promise = call(cloud);
    assert.equal(Object.getPrototypeOf(promise), NativePromise.prototype);
    assert.ok(!inspect(promise).includes("withResponse"));
    await within(
      NativePromise.prototype.then.call(
        promise,
        () => {},
        () => {},
      ),
    );
  });
}

test("tracePromise sees a call end", async () => {
  const { cloud } = scripted([success(service), json({}, { status: 404 })]);
  const channel = tracingChannel("clickhouse-cloud-test");
  /** @type {string[]} */
  const seen = [];
  const note = (/** @type {string} */ name) => () => void seen.push(name);
  channel.subscribe({
    start: note("start"),
    end: note("end"),
    asyncStart: note("asyncStart"),
    asyncEnd: note("asyncEnd"),
    error: note("error"),
  });
  await within(/** @type {Promise<unknown>} */ (channel.tracePromise(() => cloud.services.get(ID))));
  assert.deepEqual(seen, ["start", "end", "asyncStart", "asyncEnd"]);
  await rejection(within(/** @type {Promise<unknown>} */ (channel.tracePromise(() => cloud.services.get(ID)))));
  assert.ok(seen.includes("error"));
});

test("to handle the rejection of either promise is enough", () => {
  const program = `
    import { CloudClient } from "clickhouse-cloud";
    let unhandled = 0;
    process.on("unhandledRejection", () => (unhandled += 1));
    const fetch = async () => new Response("{}", { status: 404 });
    const cloud = new CloudClient({ keyId: "a", keySecret: "b", organizationId: "${ID}", rateLimit: false, fetch });
    const get = () => cloud.services.get("${ID}");
    const settled = () => new Promise((resolve) => setTimeout(resolve, 50));
    await get().catch(() => {});
    await get().withResponse().catch(() => {});
    const both = get();
    await both.withResponse().catch(() => {});
    await both.catch(() => {});
    await settled();
    const handled = unhandled;
    void get();
    await settled();
    console.log(handled, unhandled);
  `;
  const cwd = new URL(".", import.meta.url);
  assert.equal(execFileSync(process.execPath, ["--input-type=module", "-e", program], { encoding: "utf8", cwd }), "0 1\n");
});

test("withResponse gives the same result, however often it is asked", async () => {
  const { cloud, calls } = scripted([success(service)]);
  const call = cloud.services.get(ID);
  const [one, other, data] = [await call.withResponse(), await call.withResponse(), await call];
  assert.deepEqual([one.data, other.data, one.status, calls.length], [data, data, 200, 1]);
});

/**
 * Three calls at once, each in a context of its own. Gives what ran in the context of another one.
 *
 * @param {Record<string, unknown>} options
 * @param {(url: string) => unknown} respond
 */
async function strayed(options, respond) {
  const store = new AsyncLocalStorage();
  /** @type {string[]} */
  const wrong = [];
  const check = (/** @type {string} */ where, /** @type {string} */ name) => {
    if (name !== undefined && store.getStore() !== name) wrong.push(`${where} of ${name} in the context of ${store.getStore()}`);
  };
  const fetch = async (/** @type {string} */ url, /** @type {any} */ init) => {
    check("fetch", init.headers["x-name"]);
    await new Promise((resolve) => setTimeout(resolve, 2));
    return respond(url);
  };
  const onRequest = (/** @type {any} */ { headers }) => check("onRequest", headers["x-name"]);
  const { cloud } = scripted([], { fetch, onRequest, retryBudgetMs: 60_000, ...options });
  const call = (/** @type {string} */ name) => store.run(name, () => cloud.services.get(ID, { headers: { "x-name": name } }));
  assert.equal((await Promise.all(["A", "B", "C"].map(call))).length, 3);
  return wrong;
}

test("fetch and hooks run in the context of their caller", async () => {
  const found = () => success(service);
  assert.deepEqual(await strayed({}, found), [], "at once");
  assert.deepEqual(await strayed({ rateLimit: { requests: 1, perMs: 5 } }, found), [], "in the queue of the rate limit");
  assert.deepEqual(
    await strayed({ rateLimit: { acquire: () => new Promise((resolve) => setTimeout(resolve, 2)) } }, found),
    [],
    "in a limiter of the caller's",
  );
  const look = (/** @type {string} */ url) => (url.endsWith("/organizations") ? success([{ id: ID, name: "o" }]) : success(service));
  assert.deepEqual(await strayed({ organizationId: undefined }, look), [], "behind another call's look-up");
  let refused = false;
  const once = () => (refused ? success(service) : ((refused = true), json({}, { status: 429, headers: { "x-ratelimit-reset": "0.05" } })));
  assert.deepEqual(await strayed({ rateLimit: { requests: 10, perMs: 10 } }, once), [], "behind a 429");
});

/** @type {[name: string, script: unknown[], call: (cloud: any) => Promise<unknown>][]} */
const failures = [
  ["a refusal", [json({}, { status: 404 })], (cloud) => cloud.services.get(ID)],
  ["withResponse", [json({}, { status: 404 })], (cloud) => cloud.services.get(ID).withResponse()],
  ["a request that breaks the contract", [], (cloud) => cloud.services.get("no id")],
  ["options that are wrong", [], (cloud) => cloud.services.get(ID, { timeout: 1 })],
  ["a wait", [success({ ...service, state: "failed" })], (cloud) => cloud.services.waitFor(ID, "running")],
  ["a creation", [json({}, { status: 403 })], (cloud) => cloud.services.createAndWait({ name: "e", provider: "aws", region: "eu-west-1" })],
  ["a response that breaks the contract", [success({ id: 7 })], (cloud) => cloud.services.get(ID)],
  ["a connection that fails", [new TypeError("fetch failed")], (cloud) => cloud.services.get(ID)],
];

for (const [name, script, call] of failures) {
  test(`the stack of an error has the caller's line: ${name}`, async () => {
    const { cloud } = scripted(script);
    async function theCaller() {
      return await call(cloud);
    }
    assert.match((await rejection(theCaller())).stack, /\btheCaller\b/);
  });
}

test("the stack of an error that is thrown at once has the caller's line", () => {
  const { cloud } = scripted([]);
  function theCaller() {
    return cloud.buildRequest("GET /v1/organizations/{organizationId}/services/{serviceId}", { path: { serviceId: "x" } });
  }
  assert.match(thrown(theCaller).stack, /\btheCaller\b/);
});
