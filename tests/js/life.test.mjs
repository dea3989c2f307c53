// @ts-check
// The lifetime of clients: freed by `free()`, by `using`, or by the garbage collector.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import * as v8 from "node:v8";
import { transformSync } from "esbuild";
import { collect, collected, held } from "./memory.mjs";
import { CloudClient, ConfigurationError, hashPassword } from "clickhouse-cloud";
import { Sandbox } from "clickhouse-cloud/sandbox";
import { ID, keys, rejection, scripted, service, success, thrown, within } from "./support.mjs";

const { queryObjects } = /** @type {any} */ (v8);
const CLIENTS = 10_000;

/** In a function of its own, so that no variable here holds one. @param {number} count @param {(index: number) => unknown} make */
function made(count, make) {
  for (let index = 0; index < count; index += 1) make(index);
}

test("clients that are dropped are freed", async () => {
  const make = () => scripted([success([])], { headers: { "x-long": "x".repeat(500) } }).cloud;
  await make().services.list();
  await collected(() => false);
  const before = held();
  const drop = async () => {
    for (let round = 0; round < 10; round += 1) {
      made(CLIENTS / 10, make);
      await collected(() => held().values === before.values);
      assert.equal(held().values, before.values);
    }
  };
  await drop();
  const once = held();
  await drop();
  assert.deepEqual(held(), once);

  // The measure can tell: those that are kept take room, and give it back.
  /** @type {unknown[] | undefined} */
  let kept = [];
  made(CLIENTS, () => kept?.push(make()));
  assert.ok(held().bytes > once.bytes && held().values >= before.values + CLIENTS);
  kept = undefined;
  await collected(() => held().values === before.values);
  const full = held();
  assert.equal(full.values, before.values);
  await drop();
  assert.deepEqual(held(), full);
});

test("clients that are freed leave nothing, without a garbage collector", () => {
  const make = () => scripted([success([])]).cloud;
  made(100, () => make().free());
  const before = held();
  made(CLIENTS, () => make().free());
  made(CLIENTS, () => make()[Symbol.dispose]());
  assert.deepEqual(held(), before);
});

test("a client is freed at the end of its block", async () => {
  const { code } = transformSync("async (make) => { using cloud = make(); await cloud.services.list(); return cloud; }", {
    target: "node20",
  });
  const cloud = await (0, eval)(code)(() => scripted([success([])]).cloud);
  assert.ok((await rejection(cloud.services.list())) instanceof ConfigurationError);
});

test("a client that is freed right after its calls carries them out, and what they were given is read at once", async () => {
  const { cloud, calls } = scripted([success([]), success({})]);
  const password = new TextEncoder().encode("abc");
  const listed = cloud.services.list();
  const set = cloud.services.setPassword(ID, password);
  cloud.free();
  password.fill(0);
  assert.deepEqual(await listed, []);
  await set;
  assert.equal(JSON.parse(String(calls[1].init.body)).newPasswordHash, hashPassword("abc"));
  assert.ok((await rejection(cloud.services.list())) instanceof ConfigurationError);
});

test("a freed client refuses in words; freed again it does nothing", async () => {
  const { cloud, calls } = scripted([success([])]);
  cloud.free();
  cloud.free();
  cloud[Symbol.dispose]();
  for (const [name, call] of /** @type {[string, () => any][]} */ ([
    ["services.list", () => cloud.services.list()],
    ["services.list", () => cloud.services.list().withResponse()],
    ["services.updateState", () => cloud.services.start(ID)],
    ["services.updatePassword", () => cloud.services.resetPassword(ID)],
    ["services.setPassword", () => cloud.services.setPassword(ID, "x")],
    ["services.waitFor", () => cloud.services.waitFor(ID, "running")],
    ["services.createAndWait", () => cloud.services.createAndWait(/** @type {any} */ ({}))],
    ["services.ensureRunning", () => cloud.services.ensureRunning(ID)],
    ["services.stopAndDelete", () => cloud.services.stopAndDelete(ID)],
    ["backups.list", () => cloud.backups.list(ID)],
    ["backups.waitFor", () => cloud.backups.waitFor(ID, ID)],
    ["organizations.list", () => cloud.organizations.list()],
    ["GET /v1/organizations", () => cloud.request("GET /v1/organizations")],
    ["GET /v1/organizations", async () => cloud.buildRequest("GET /v1/organizations")],
  ])) {
    const error = await rejection(call());
    assert.ok(error instanceof ConfigurationError, String(error));
    assert.equal(error.message, `${name}: the client has been freed, make another one`);
  }
  assert.equal(calls.length, 0);
});

test("a freed sandbox refuses in words; freed again it does nothing", async () => {
  const sandbox = new Sandbox();
  sandbox.free();
  sandbox.free();
  sandbox[Symbol.dispose]();
  for (const use of [
    () => sandbox.state(),
    () => sandbox.snapshot(),
    () => sandbox.ledger(),
    () => sandbox.advance(1),
    () => sandbox.clientOptions,
    () => sandbox.fetch("https://api.clickhouse.cloud/v1/organizations"),
  ]) {
    const error = await rejection((async () => use())());
    assert.ok(error instanceof ConfigurationError, String(error));
    assert.equal(error.message, "the sandbox has been freed, make another one");
  }
});

test("a client that is freed while its options are read refuses in words", async () => {
  const { cloud } = scripted([success([])]);
  const options = {
    get timeoutMs() {
      return void cloud.free();
    },
  };
  assert.ok((await rejection(cloud.services.list({}, options))) instanceof ConfigurationError);
  const other = scripted([success([])]).cloud;
  const body = {
    toJSON() {
      other.free();
      return { name: "x" };
    },
  };
  const build = () =>
    other.buildRequest(
      "PATCH /v1/organizations/{organizationId}/services/{serviceId}",
      /** @type {any} */ ({ path: { serviceId: ID }, body }),
    );
  assert.ok(thrown(build) instanceof ConfigurationError);
});

test("calls that are under way when their client is freed go on", async () => {
  /** @type {(() => void)[]} */
  const go = [];
  const states = ["provisioning", "provisioning", "running"];
  const { cloud } = scripted(
    [
      async (/** @type {string} */ url) => {
        if (states.length > 1) await new Promise((resolve) => go.push(() => resolve(undefined)));
        return success(url.endsWith(ID) ? { ...service, state: states.shift() ?? "running" } : [service]);
      },
    ],
    { rateLimit: { requests: 1, perMs: 1 } },
  );
  const wait = cloud.services.waitFor(ID, "running", { pollIntervalMs: 1 });
  // In line behind it.
  const list = cloud.services.list();
  const refused = rejection(cloud.services.get("no id"));
  cloud.free();
  while (states.length > 1) {
    go.shift()?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
  go.forEach((one) => one());
  assert.deepEqual(
    [(await within(wait)).state, await within(list), (await refused).name],
    ["running", [service], "RequestValidationError"],
  );
});

test("what hangs on a client keeps it; a call that is under way does too", async () => {
  const { services } = scripted([success([service])]).cloud;
  /** @type {() => void} */
  let go = () => {};
  const call = scripted([
    () =>
      new Promise((resolve) => {
        go = () => resolve(success([service]));
      }),
  ]).cloud.services.list();
  await new Promise((resolve) => setImmediate(resolve));
  const before = held().values;
  await collected(() => held().values < before);
  go();
  assert.deepEqual([await services.list(), await within(call)], [[service], [service]]);
});

test("the shared rate limit outlives its client while its services are there, and goes with them", async () => {
  const options = (/** @type {string} */ keyId) => ({ ...keys, keyId, rateLimit: { requests: 1, perMs: 600_000 } });
  const original = globalThis.fetch;
  globalThis.fetch = async () => success([]);
  try {
    const { services } = new CloudClient(options("shared"));
    for (let round = 0; round < 3; round += 1) {
      collect();
      await new Promise((resolve) => setImmediate(resolve));
    }
    await services.list();
    // The one slot is taken: a limiter of its own would have another.
    const signal = AbortSignal.timeout(50);
    assert.equal((await rejection(new CloudClient(options("shared")).services.list({}, { signal }))).name, "TimeoutError");

    const count = () => /** @type {number} */ (queryObjects(WeakRef, { format: "count" }));
    await collected(() => false);
    const before = count();
    made(CLIENTS, (index) => new CloudClient(options(`key-${index}`)));
    assert.ok(count() > before);
    await collected(() => count() <= before);
    assert.ok(count() <= before, "no place in the table is left");
    await services.list({}, { signal: AbortSignal.abort() }).catch(() => {});
  } finally {
    globalThis.fetch = original;
  }
});

test("where there are no weak references, each client has a limiter of its own", () => {
  const program = `
    // Node's own Headers need them to come up.
    const answer = { status: 200, headers: new Headers(), text: async () => "[]" };
    delete globalThis.WeakRef;
    delete globalThis.FinalizationRegistry;
    const { CloudClient } = await import("clickhouse-cloud");
    globalThis.fetch = async () => answer;
    const make = () => new CloudClient({ keyId: "a", keySecret: "b", organizationId: "${ID}", rateLimit: { requests: 1, perMs: 600_000 } });
    const [first, second] = [make(), make()];
    console.log((await first.services.list()).length, (await second.services.list()).length);
    first.free();
  `;
  const output = execFileSync(process.execPath, ["--input-type=module", "-e", program], {
    encoding: "utf8",
    timeout: 60_000,
    cwd: new URL(".", import.meta.url),
  });
  assert.equal(output, "0 0\n");
});
