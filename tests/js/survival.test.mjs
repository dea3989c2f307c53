// @ts-check
// The caller's own code inside a call: whatever it throws, and whatever it does to the client, the module keeps working. An
// unhandled error fails the test that it occurs in.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import {
  CloudClient,
  CloudError,
  ConfigurationError,
  hashPassword,
  RateLimiter,
  RequestValidationError,
  ResponseValidationError,
} from "clickhouse-cloud";
import { ID, json, rejection, scripted, service, success, thrown, within } from "./support.mjs";

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

test("bodies of all kinds", async () => {
  const { cloud, calls } = scripted([success(service)], { unknownProperties: "send" });
  const update = (/** @type {any} */ body) => cloud.services.update(ID, body);
  /** @type {any} */
  const circle = { name: "x" };
  circle.self = [circle];
  const deep = (/** @type {number} */ levels) => {
    /** @type {any} */
    let value = "x";
    for (let level = 0; level < levels; level += 1) value = level % 2 ? [value] : { a: value };
    return value;
  };
  class Named {
    constructor() {
      this.name = "x";
    }
  }
  for (const refused of [
    circle,
    { name: 1n },
    { name: NaN },
    { name: Infinity },
    { name: deep(10_000) },
    { name: "x", more: deep(1_000_000) },
    { name: "x".repeat(17_000_000) },
    { name: "ü".repeat(17_000_000) },
    { more: "\u0000".repeat(3_000_000) },
    new Map([["name", "x"]]),
    new Set(["name"]),
    [],
    "name",
    7,
    true,
    new Date(),
    /x/,
  ]) {
    const error = await within(rejection(update(refused)), 20_000);
    assert.ok(error instanceof RequestValidationError, `${error}`);
    assert.ok(error.message.length < 1_000 && error.issues.length === 1, error.message);
    await cloud.services.get(ID);
  }
  const sent = async (/** @type {any} */ body) => (await update(body), JSON.parse(calls.at(-1)?.init.body));
  const proto = JSON.parse('{"name":"x","__proto__":{"a":1}}');
  for (const taken of [
    proto,
    Object.freeze({ name: "x" }),
    new Named(),
    Object.assign(Object.create(null), { name: "x" }),
    { name: "a\uD800b" },
    { name: "x", more: deep(50) },
  ]) {
    assert.deepEqual(await sent(taken), JSON.parse(JSON.stringify(taken)));
  }
  assert.equal(/** @type {any} */ ({}).a, undefined);
});

test("answers that nest deeper than any stack", async () => {
  const nested = (/** @type {number} */ levels) => `${'{"a":['.repeat(levels)}${"]}".repeat(levels)}`;
  for (const text of [nested(100_000), "[".repeat(1_000_000), `[${nested(1_000)}]`]) {
    for (const validateResponses of ["error", "warn", "off"]) {
      const { cloud } = scripted([() => new Response(text)], { validateResponses });
      const ended = await within(
        Promise.resolve(cloud.services.list()).catch((error) => error),
        20_000,
      );
      assert.ok(ended instanceof ResponseValidationError || validateResponses !== "error", String(ended));
    }
  }
  assert.deepEqual(await client().services.list(), [service]);
});

test("responses that say something else each time", async () => {
  for (const [first, later] of /** @type {[number, unknown][]} */ ([
    [200, Symbol("x")],
    [200, 7n],
    [200, undefined],
    [200, {}],
  ])) {
    let read = 0;
    const like = {
      get status() {
        return read++ ? later : first;
      },
      headers: new Headers(),
      text: async () => "[]",
    };
    const cloud = client({ fetch: async () => like });
    await within(Promise.resolve(cloud.services.list()).catch(() => {}));
  }
  let read = 0;
  const real = () =>
    Object.defineProperty(new Response("[]"), "status", {
      get: () => {
        if (++read > 2) throw new Error("mine");
        return 200;
      },
    });
  await within(Promise.resolve(client({ fetch: async () => real() }).services.list()).catch(() => {}));
  assert.deepEqual(await client().services.list(), [service]);
});

test("bodies whose reading cannot be ended", async () => {
  for (const cancel of [
    () => {
      throw new Error("mine");
    },
    () => undefined,
    () => Promise.reject(new Error("mine")),
    undefined,
  ]) {
    const reader = { read: () => new Promise(() => {}), cancel };
    const cloud = client({ timeoutMs: 1, fetch: async () => ({ status: 200, headers: new Headers(), body: { getReader: () => reader } }) });
    assert.equal((await within(rejection(cloud.services.list()))).name, "TimeoutError");
  }
});

test("passwords whose bytes are no longer there, or lie", async () => {
  const cloud = client();
  const gone = new Uint8Array(3);
  structuredClone(gone, { transfer: [gone.buffer] });
  assert.ok((await rejection(cloud.services.setPassword(ID, gone))) instanceof RequestValidationError);
  assert.ok(thrown(() => hashPassword(gone)) instanceof ConfigurationError);
  class Liar extends Uint8Array {
    get length() {
      return 2 ** 31;
    }
  }
  assert.equal(hashPassword(new Liar([97, 98, 99])), hashPassword("abc"));
});

test("hot code that is given up while it calls the client", () => {
  // Node 20's V8 would end the process if the call returned a bare reference (scripts/build/check.mjs).
  const program = `
    import { CloudClient } from "clickhouse-cloud";
    const cloud = new CloudClient({ keyId: "a", keySecret: "b", organizationId: "${ID}", fetch: async () => new Response("[]") });
    let given = 0;
    // It is listened to inside the call.
    const signal = { aborted: false, addEventListener() { if (given === 1) { %DeoptimizeFunction(hot); given = 2; } }, removeEventListener() {} };
    function hot() { return cloud.services.get("no id", { signal }); }
    %PrepareFunctionForOptimization(hot);
    for (let call = 0; call < 10_000; call += 1) await hot().catch(() => {});
    %OptimizeFunctionOnNextCall(hot);
    await hot().catch(() => {});
    given = 1;
    await hot().catch((error) => console.log(given, error.name));
  `;
  const flags = ["--allow-natives-syntax", "--input-type=module", "-e", program];
  assert.equal(
    execFileSync(process.execPath, flags, { encoding: "utf8", cwd: new URL(".", import.meta.url) }),
    "2 RequestValidationError\n",
  );
});

test("a wasm that fails in the midst of a call ends the call", () => {
  const program = `
    const { Instance } = WebAssembly;
    let fails = false;
    WebAssembly.Instance = class {
      constructor(...given) {
        const { corefuture_poll: poll, ...exports } = new Instance(...given).exports;
        this.exports = { ...exports, corefuture_poll: (...given) => { if (fails) throw new WebAssembly.RuntimeError("unreachable"); return poll(...given); } };
      }
    };
    const { CloudClient } = await import("clickhouse-cloud");
    const cloud = new CloudClient({ keyId: "a", keySecret: "b", organizationId: "${ID}", fetch: async () => ((fails = true), new Response("[]")) });
    await cloud.services.list().catch((error) => console.log(error.name));
  `;
  const flags = ["--input-type=module", "-e", program];
  assert.equal(execFileSync(process.execPath, flags, { encoding: "utf8", cwd: new URL(".", import.meta.url) }), "RuntimeError\n");
});

test("calls at the end of the stack", () => {
  const program = `
    import { CloudClient } from "clickhouse-cloud";
    const options = { keyId: "a", keySecret: "b", organizationId: "${ID}", rateLimit: false, fetch: async () => new Response("[]") };
    const cloud = new CloudClient(options);
    const begun = [];
    const errors = new Set();
    const note = (error) => errors.add(error.name);
    const calls = [
      () => begun.push(cloud.services.list({}, { headers: { a: "x".repeat(100) } }).then(() => {}, note)),
      () => cloud.buildRequest("GET /v1/organizations"),
      () => new CloudClient(options).free(),
    ];
    function deeper(call) {
      try { call(); } catch (error) { note(error); }
      deeper(call);
    }
    for (const call of calls) {
      for (let round = 0; round < 10; round += 1) {
        try { deeper(call); } catch {}
        await Promise.all(begun.splice(0));
      }
    }
    for (let call = 0; call < 100; call += 1) await cloud.services.list();
    console.log([...errors].join());
  `;
  // Node says on its standard error how it fares itself down there.
  const flags = ["--stack-size=200", "--input-type=module", "-e", program];
  /** @type {import("node:child_process").ExecFileSyncOptionsWithStringEncoding} */
  const options = { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"], cwd: new URL(".", import.meta.url) };
  assert.equal(execFileSync(process.execPath, flags, options), "RangeError\n");
});
