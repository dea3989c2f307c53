// @ts-check
// Async hooks: only onCreated is awaited, and no rejection stays unhandled. An unhandled rejection fails the test that it occurs
// in, and ends other programs.
import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { ConfigurationError } from "clickhouse-cloud";
import { createProxy } from "clickhouse-cloud/proxy";
import { ID, json, keys, rejection, scripted, service, sleep, success, within } from "./support.mjs";

const creation = () => ({ service: { ...service, state: "provisioning" }, password: "PLANTED-new" });
/** @type {any} */
const body = { name: "events", provider: "aws", region: "eu-west-1" };
const clock = { now: () => 0, sleep: (/** @type {number} */ ms) => (ms < 30_000 ? Promise.resolve() : new Promise(() => {})) };
const list = (/** @type {import("clickhouse-cloud").CloudClient} */ cloud) => cloud.services.list();

/** Where a hook runs: its options, and the call. @type {Record<string, (hook: () => any) => [Record<string, unknown>, (cloud: import("clickhouse-cloud").CloudClient) => PromiseLike<unknown>]>} */
const places = {
  onRequest: (hook) => [{ onRequest: hook }, list],
  onResponse: (hook) => [{ onResponse: hook }, list],
  onRetry: (hook) => [{ onRetry: hook, clock, retryBudgetMs: 60_000 }, list],
  onProgress: (hook) => [{}, (cloud) => cloud.services.waitFor(ID, "running", { onProgress: hook })],
  "the function that rateLimit.acquire gave": (hook) => [{ rateLimit: { acquire: async () => hook } }, list],
};
/** Refuses once where it is to be tried again. @param {Record<string, unknown>} options */
const script = (options) => [
  ...(options.onRetry ? [json({}, { status: 503 })] : []),
  (/** @type {string} */ url) => success(url.endsWith(ID) ? service : [service]),
];

/** What a hook may return that rejects. @type {Record<string, () => unknown>} */
const rejecting = {
  "a promise": async () => {
    throw new Error("async\nhook");
  },
  "a promise, later": async () => {
    await sleep(5);
    throw new Error("async\nhook");
  },
  "what is like a promise": () => ({ then: (/** @type {any} */ _, /** @type {any} */ reject) => reject(new Error("async\nhook")) }),
  "what throws as it is awaited": () => ({
    get then() {
      throw new Error("async\nhook");
    },
  }),
};

for (const [name, make] of Object.entries(places)) {
  test(`${name} may be async: it is not awaited, and its rejection is logged`, async () => {
    for (const [kind, hook] of Object.entries(rejecting)) {
      /** @type {string[]} */
      const lines = [];
      const logger = { error: (/** @type {string} */ line) => lines.push(line), warn() {}, info() {}, debug() {} };
      const [options, call] = make(hook);
      await within(call(scripted(script(options), { logger, logLevel: "error", ...options }).cloud));
      await sleep(20);
      assert.deepEqual(lines, [`clickhouse-cloud: ${name} rejected: Error: async\\nhook`], kind);
      // With the log off, it is dropped.
      await within(call(scripted(script(options), { logger, logLevel: "off", ...options }).cloud));
      await sleep(20);
      assert.equal(lines.length, 1);
    }
    // No call waits for a hook that never settles.
    const [options, call] = make(() => new Promise(() => {}));
    await within(call(scripted(script(options), options).cloud));
  });
}

test("what anything may reject with has its line, and a long one is cut", async () => {
  for (const [reason, words] of /** @type {[unknown, string][]} */ ([
    [undefined, "undefined"],
    [Object.create(null), "object"],
    [7, "7"],
    ["x".repeat(9_000), `${"x".repeat(2_000)}… (shortened)`],
  ])) {
    /** @type {string[]} */
    const lines = [];
    const logger = { error: (/** @type {string} */ line) => lines.push(line), warn() {}, info() {}, debug() {} };
    await scripted([success([service])], { logger, logLevel: "error", onRequest: () => Promise.reject(reason) }).cloud.services.list();
    await sleep(1);
    assert.deepEqual(lines, [`clickhouse-cloud: onRequest rejected: ${words}`]);
  }
});

test("what a hook rejects with stands in the log without the client's secrets", async () => {
  const { keySecret } = keys;
  for (const said of [
    keySecret,
    encodeURIComponent(keySecret),
    Buffer.from(keySecret).toString("base64"),
    `${"x".repeat(1_995)}${keySecret}`,
  ]) {
    /** @type {string[]} */
    const lines = [];
    const logger = { error: (/** @type {string} */ line) => lines.push(line), warn() {}, info() {}, debug() {} };
    const onRequest = async () => {
      throw new Error(`could not record ${said}`);
    };
    const { cloud } = scripted([success([service])], { logger, logLevel: "error", onRequest });
    await cloud.services.list();
    // The client may be gone by then.
    cloud.free();
    await sleep(1);
    assert.equal(lines.length, 1);
    assert.match(lines[0] ?? "", /^clickhouse-cloud: onRequest rejected: Error: could not record (\[secret\]|x)/);
    assert.ok(!lines[0]?.includes(said.slice(-8)) && !lines[0]?.includes(keySecret.slice(0, 8)), lines[0]);
  }
});

test("a logger that rejects costs nobody's call, and no process", async () => {
  for (const failing of Object.values(rejecting)) {
    const logger = { error: failing, warn: failing, info: failing, debug: failing };
    const { cloud } = scripted([success([{ ...service, state: "odd" }])], { logger, logLevel: "debug", onRequest: failing });
    assert.equal((await cloud.services.list()).length, 1);
    const proxy = createProxy({
      ...keys,
      organizationId: ID,
      allow: ["services.get"],
      logger,
      authorize: async () => {
        throw new Error("mine");
      },
    });
    assert.equal((await proxy(new Request(`http://localhost/v1/organizations/${ID}/services/${ID}`))).status, 403);
    await sleep(20);
  }
});

test("onCreated is awaited before the wait begins", async () => {
  /** @type {string[]} */
  const order = [];
  const { cloud } = scripted([() => success(creation()), () => (order.push("poll"), success(service))]);
  const onCreated = async (/** @type {any} */ { password }) => {
    await sleep(20);
    order.push(password);
  };
  await cloud.services.createAndWait(body, { onCreated });
  assert.deepEqual(order, ["PLANTED-new", "poll"]);
});

test("what onCreated rejects with comes back, with what was created out of sight", async () => {
  class Mine extends Error {}
  for (const own of [new Error("the disk is full"), new Mine("x"), new ConfigurationError("x"), new DOMException("x"), { code: 7 }]) {
    for (const onCreated of [
      async () => {
        throw own;
      },
      () => {
        throw own;
      },
      () => ({ then: (/** @type {any} */ _, /** @type {any} */ reject) => reject(own) }),
    ]) {
      const { cloud, calls } = scripted([() => success(creation())]);
      /** @type {any} */
      const error = await within(rejection(cloud.services.createAndWait(body, { onCreated })));
      assert.ok(Object.is(error, own));
      assert.deepEqual(error.created, creation());
      assert.equal(calls.length, 1);
      for (const shown of [
        inspect(error),
        inspect(error, { showHidden: true, depth: 9 }),
        JSON.stringify(error),
        String(error),
        error.stack ?? "",
        Object.keys(error).join(),
        JSON.stringify({ ...error }),
      ]) {
        assert.ok(!shown.includes("PLANTED"), shown);
      }
    }
  }
});

test("what cannot be given a property, or has one of that name, comes back as it is", async () => {
  const taken = Object.assign(new Error("x"), { created: "yesterday" });
  for (const own of [
    "a text",
    undefined,
    null,
    7,
    Object.freeze(new Error("frozen")),
    new Proxy(new Error("x"), {
      defineProperty: () => {
        throw new Error("no");
      },
    }),
    taken,
  ]) {
    const { cloud } = scripted([() => success(creation())]);
    assert.ok(Object.is(await within(rejection(cloud.services.createAndWait(body, { onCreated: () => Promise.reject(own) }))), own));
  }
  assert.equal(taken.created, "yesterday");
});

test("an error that serves twice has the later creation", async () => {
  const own = new Error("mine");
  for (const password of ["one", "two"]) {
    const { cloud } = scripted([() => success({ ...creation(), password })]);
    const error = await rejection(
      cloud.services.createAndWait(body, {
        onCreated: async () => {
          throw own;
        },
      }),
    );
    assert.equal(error.created.password, password);
  }
});

test("an abort ends a creation whose onCreated does not end, and its reason stays as it is", async () => {
  const controller = new AbortController();
  const reason = new Error("enough");
  const { cloud, calls } = scripted([() => success(creation())]);
  const onCreated = async () => {
    controller.abort(reason);
    await sleep(20);
    throw new Error("too late");
  };
  const error = await within(rejection(cloud.services.createAndWait(body, { onCreated, signal: controller.signal })));
  assert.ok(Object.is(error, reason));
  assert.equal(error.created, undefined);
  assert.equal(calls.length, 1);
  // A late rejection has no caller left.
  await sleep(40);
});
