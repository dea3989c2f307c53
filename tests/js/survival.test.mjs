// @ts-check
// The caller's own code inside a call: whatever it throws, and whatever it does to the client, the module keeps working. An
// unhandled error fails the test that it occurs in.
import assert from "node:assert/strict";
import { test } from "node:test";
import { CloudClient, CloudError, hashPassword, RateLimiter } from "clickhouse-cloud";
import { ID, json, rejection, scripted, service, success, within } from "./support.mjs";

/** @typedef {{ cloud: CloudClient, call: (signal: AbortSignal) => any }} Place */

/** In a list, since a promise would ask what it resolves with whether it is one. @param {() => any} call @returns {Promise<[unknown]>} */
const caught = async (call) => {
  try {
    await call();
  } catch (error) {
    return [error];
  }
  throw new Error(`${call} threw nothing`);
};

const created = { service: { ...service, state: "provisioning" }, password: "PLANTED-new" };
/** @type {any} */
const body = { name: "events", provider: "aws", region: "eu-west-1" };

/** Answers whatever is asked. @param {string} url @param {any} init */
const answer = (url, { method }) =>
  success(url.endsWith("password") ? {} : method === "POST" ? created : url.endsWith(ID) ? service : [service]);
/** @param {Record<string, unknown>} [options] */
const client = (options) => scripted([answer], { ...options, logLevel: options?.logger ? "debug" : "off" }).cloud;

/** @param {(cloud: CloudClient, signal: AbortSignal) => any} call @param {Record<string, unknown>} [options] @returns {Place} */
function place(call, options) {
  const cloud = client(options);
  return { cloud, call: (signal) => call(cloud, signal) };
}

/** @param {CloudClient} cloud @param {AbortSignal} signal */
const list = (cloud, signal) => cloud.services.list({}, { signal });
/** @param {CloudClient} cloud @param {AbortSignal} signal */
const wait = (cloud, signal) => cloud.services.waitFor(ID, "running", { signal });
const clock = { now: () => 0, sleep: (/** @type {number} */ ms) => (ms < 30_000 ? Promise.resolve() : new Promise(() => {})) };
/** Refuses one request, then accepts. */
function moody() {
  let refused = false;
  return async (/** @type {string} */ url, /** @type {any} */ init) =>
    refused ? answer(url, init) : ((refused = true), json({}, { status: 503 }));
}

/**
 * Where the caller's own code runs: a client, and a call in which it does.
 *
 * @type {Record<string, (act: () => any) => Place>}
 */
const places = {
  onRequest: (act) => place(list, { onRequest: act }),
  onResponse: (act) => place(list, { onResponse: act }),
  onRetry: (act) => place(list, { onRetry: act, fetch: moody(), clock, retryBudgetMs: 60_000 }),
  onProgress: (act) => place((cloud, signal) => cloud.services.waitFor(ID, "running", { signal, onProgress: act })),
  onCreated: (act) => place((cloud, signal) => cloud.services.createAndWait(body, { signal, onCreated: act })),
  fetch: (act) =>
    place(list, { fetch: (/** @type {string} */ url, /** @type {any} */ init) => (act(), Promise.resolve(answer(url, init))) }),
  "fetch, later": (act) =>
    place(list, { fetch: async (/** @type {string} */ url, /** @type {any} */ init) => (await null, act(), answer(url, init)) }),
  "what fetch gives, as it is awaited": (act) =>
    place(list, {
      fetch: (/** @type {string} */ url, /** @type {any} */ init) => ({
        get then() {
          act();
          return (/** @type {any} */ done) => done(answer(url, init));
        },
      }),
    }),
  "what is like a promise of fetch": (act) =>
    place(list, {
      fetch: (/** @type {string} */ url, /** @type {any} */ init) => ({
        then(/** @type {any} */ done) {
          act();
          done(answer(url, init));
          done(7);
          throw new Error("too late");
        },
      }),
    }),
  "what is like a response": (act) =>
    place(list, {
      fetch: async (/** @type {string} */ url, /** @type {any} */ init) => ({
        status: 200,
        headers: new Headers(),
        text: () => (act(), answer(url, init).text()),
      }),
    }),
  acquire: (act) => place(list, { rateLimit: { acquire: () => (act(), Promise.resolve()) } }),
  "acquire, later": (act) => place(list, { rateLimit: { acquire: async () => (await null, act()) } }),
  "what is like a promise of acquire": (act) =>
    place(list, {
      rateLimit: {
        acquire: () => ({
          then(/** @type {any} */ done) {
            act();
            done();
          },
        }),
      },
    }),
  "what acquire gave": (act) => place(list, { rateLimit: { acquire: async () => act } }),
  "clock.now": (act) => place(list, { clock: { ...clock, now: () => (act(), 0) }, rateLimit: new RateLimiter({ requests: 9, perMs: 1 }) }),
  "clock.sleep": (act) => place(list, { clock: { ...clock, sleep: (/** @type {number} */ ms) => (act(), clock.sleep(ms)) } }),
  "clock.sleep, later": (act) =>
    place(list, { clock: { ...clock, sleep: async (/** @type {number} */ ms) => (await null, act(), clock.sleep(ms)) } }),
  "clock.sleep of a wait": (act) =>
    place(wait, { clock: { ...clock, sleep: async (/** @type {number} */ ms) => (act(), clock.sleep(ms)) } }),
  "a getter of the options": (act) =>
    place((cloud, signal) =>
      cloud.services.list(
        {},
        {
          signal,
          get timeoutMs() {
            return (act(), 1_000);
          },
        },
      ),
    ),
  "a getter of a wait's options": (act) =>
    place((cloud, signal) =>
      cloud.services.waitFor(ID, "running", {
        signal,
        get timeoutMs() {
          return (act(), 1_000);
        },
      }),
    ),
  "the headers": (act) =>
    place((cloud, signal) =>
      cloud.services.list(
        {},
        {
          signal,
          headers: {
            get a() {
              return (act(), "1");
            },
          },
        },
      ),
    ),
  "a getter of the query": (act) =>
    place((cloud, signal) =>
      cloud.services.list(
        {
          get filter() {
            return (act(), []);
          },
        },
        { signal },
      ),
    ),
  "a state": (act) =>
    place((cloud, signal) =>
      cloud.services.waitFor(ID, new Proxy(["running"], { get: (on, name) => (name === "0" && act(), Reflect.get(on, name)) }), { signal }),
    ),
  "an id": (act) => place((cloud, signal) => cloud.services.get(/** @type {any} */ ({ toJSON: () => (act(), ID) }), { signal })),
  "the id of setPassword": (act) => place((cloud) => cloud.services.setPassword(/** @type {any} */ ({ toJSON: () => (act(), ID) }), "x")),
  "toJSON of a body": (act) =>
    place((cloud, signal) => cloud.services.update(ID, /** @type {any} */ ({ name: { toJSON: () => (act(), "x") } }), { signal })),
  "a getter of a body": (act) =>
    place((cloud, signal) =>
      cloud.services.update(
        ID,
        {
          get name() {
            return (act(), "x");
          },
        },
        { signal },
      ),
    ),
  "a route": (act) =>
    place((cloud) => cloud.request(/** @type {any} */ ({ toString: () => (act(), "GET /v1/organizations/{organizationId}/services") }))),
};

test("what the caller's own code throws comes back as it is, and the client lives on", async () => {
  for (const own of [new Error("mine"), "a text", undefined, null, Object.freeze({})]) {
    for (const [name, make] of Object.entries(places)) {
      let armed = true;
      const { cloud, call } = make(() => {
        if (armed) throw own;
      });
      const { signal } = new AbortController();
      const [error] = await within(caught(() => call(signal)));
      assert.ok(Object.is(error, own), name);
      armed = false;
      await within(call(signal));
      assert.equal((await cloud.services.list()).length, 1, name);
    }
  }
});

test("by a clock that throws nothing is sent, and nobody is told of a request", async () => {
  const own = new Error("mine");
  /** @type {string[]} */
  const told = [];
  const acquire = async () => void told.push("acquire");
  for (const rateLimit of [false, { acquire }, new RateLimiter({ requests: 9, perMs: 1 })]) {
    const options = {
      rateLimit,
      clock: {
        ...clock,
        now() {
          throw own;
        },
      },
      onRequest: () => told.push("onRequest"),
    };
    const { cloud, calls } = scripted([answer], options);
    assert.equal(await within(rejection(cloud.services.list())), own);
    assert.deepEqual([calls, told], [[], []]);
  }
});

test("what is like a signal, and throws", async () => {
  const own = new Error("mine");
  const fail = () => {
    throw own;
  };
  const signal = { aborted: false, addEventListener() {}, removeEventListener() {} };
  const { cloud, calls } = scripted([answer]);
  const call = (/** @type {PropertyDescriptorMap} */ more) =>
    within(cloud.services.list({}, { signal: /** @type {any} */ (Object.defineProperties({ ...signal }, more)) }));
  assert.equal(await rejection(call({ addEventListener: { value: fail } })), own);
  assert.equal(calls.length, 0);
  assert.deepEqual(await call({ removeEventListener: { value: fail } }), [service]);
  assert.deepEqual(await call({ aborted: { get: fail } }), [service]);
});

test("a log that throws costs nobody's call", async () => {
  const boom = () => {
    throw new Error("the disk is full");
  };
  for (const logger of [
    { error: boom, warn: boom, info: boom, debug: boom },
    Object.fromEntries(["error", "warn", "info", "debug"].map((name) => [name, async () => undefined])),
  ]) {
    assert.deepEqual(await client({ logger }).services.list(), [service]);
    assert.equal((await rejection(scripted([json({}, { status: 500 })], { logger, logLevel: "debug" }).cloud.services.list())).status, 500);
  }
});

/** What the caller's code may do to its client. @type {Record<string, (cloud: CloudClient, controller: AbortController, begun: PromiseLike<any>[]) => void>} */
const deeds = {
  "calls the client": (cloud, _, begun) => {
    begun.push(cloud.services.list(), cloud.services.get(ID), cloud.services.waitFor(ID, "running"));
    assert.equal(cloud.buildRequest("GET /v1/organizations").method, "GET");
    hashPassword("x");
  },
  "makes another client": (_, __, begun) => {
    const other = client();
    begun.push(other.services.list());
    other.free();
  },
  "aborts its call": (_, controller) => controller.abort("enough"),
  "frees its client": (cloud) => cloud.free(),
  "calls, aborts and frees": (cloud, controller, begun) => {
    begun.push(
      cloud.services.list({}, { signal: controller.signal }).then(
        () => {},
        (reason) => assert.equal(reason, "enough"),
      ),
    );
    controller.abort("enough");
    cloud.free();
  },
};

for (const [deed, act] of Object.entries(deeds)) {
  test(`the caller's own code ${deed}, wherever it runs`, async () => {
    for (const [name, make] of Object.entries({
      ...places,
      log: (/** @type {() => any} */ act) => place(list, { logger: { error: act, warn: act, info: act, debug: act } }),
    })) {
      /** @type {PromiseLike<any>[]} */
      const begun = [];
      const controller = new AbortController();
      let acted = false;
      /** @type {Place} */
      const { cloud, call } = make(() => {
        if (acted) return;
        acted = true;
        act(cloud, controller, begun);
      });
      const ended = await within(call(controller.signal)).catch((error) => error);
      assert.ok(acted, name);
      // It succeeds; or ends by what was done to it.
      if (ended instanceof Error) assert.match(ended.message, /the client has been freed/, name);
      else if (typeof ended === "string") assert.equal(ended, "enough", name);
      await within(Promise.all(begun));
      if (deed === "calls the client") assert.deepEqual(await cloud.services.list(), [service]);
      assert.deepEqual(await client().services.list(), [service]);
    }
  });
}

/** Throws, whatever is done to it. @param {any} target @param {unknown} own */
const bristling = (target, own) =>
  new Proxy(
    target,
    Object.fromEntries(
      ["get", "has", "ownKeys", "getPrototypeOf", "getOwnPropertyDescriptor"].map((trap) => [
        trap,
        () => {
          throw own;
        },
      ]),
    ),
  );

test("objects that throw whatever is done to them: the caller's own error, or one of ours", async () => {
  const own = new Error("mine");
  const cloud = client();
  const signal = new AbortController().signal;
  for (const hostile of [bristling({}, own), bristling([], own), bristling(() => {}, own), bristling(new Uint8Array(1), own)]) {
    for (const call of [
      () => new CloudClient(hostile),
      () => new RateLimiter(hostile),
      () => hashPassword(hostile),
      () => client({ headers: hostile }),
      () => client({ clock: hostile }),
      () => client({ logger: hostile }),
      () => client({ rateLimit: hostile }),
      () => cloud.services.list(hostile),
      () => cloud.services.list({ filter: hostile }),
      () => cloud.services.list({}, hostile),
      () => cloud.services.list({}, { headers: hostile }),
      () => cloud.services.list({}, { signal: hostile }),
      () => cloud.services.get(hostile),
      () => cloud.services.update(ID, hostile),
      () => cloud.services.update(ID, { name: hostile }),
      () => cloud.services.setPassword(ID, hostile),
      () => cloud.services.waitFor(ID, hostile),
      () => cloud.services.waitFor(ID, [hostile]),
      () => cloud.request(hostile),
      () => cloud.request("GET /v1/organizations", hostile),
      () => cloud.buildRequest(hostile),
      () => client({ fetch: async () => hostile }).services.list(),
      () =>
        client({
          fetch: async () => {
            throw hostile;
          },
        }).services.list({}, { signal }),
      () =>
        client({
          fetch: async () => {
            throw Object.assign(new TypeError("fetch failed"), { cause: hostile });
          },
        }).services.list(),
      () =>
        cloud.services.createAndWait(body, {
          onProgress: () => {
            throw hostile;
          },
        }),
    ]) {
      const [error] = await within(caught(call));
      assert.ok(error === own || error === hostile || CloudError.is(error) || error instanceof TypeError, String(call));
      assert.deepEqual(await cloud.services.list(), [service]);
    }
  }
});
