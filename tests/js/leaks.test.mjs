// @ts-check
// Calls leave nothing behind, in memory or on signals, however they end.
import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { test } from "node:test";
import { collect, collected, held } from "./memory.mjs";
import { RateLimiter, RequestValidationError, TimeoutError, WaitError } from "clickhouse-cloud";
import { hanging, ID, rejection, scripted, service } from "./support.mjs";

const CALLS = 100_000;
const FAILURES = 10_000;

const headers = new Headers();
/** What is like a response and costs less. @param {unknown} body */
const answer = (body, status = 200) => {
  const text = JSON.stringify(body);
  return { status, headers, text: async () => text };
};
const found = answer({ status: 200, requestId: "r-1", result: service });

/** A clock on which no time passes, and each pause is over at once. */
const instant = { now: () => 0, sleep: async (/** @type {unknown[]} */ ..._) => {} };
/** One whose pauses end with their signal alone, */
const frozen = { now: () => 0, sleep: (/** @type {number} */ _, /** @type {AbortSignal} */ signal) => hanging("", { signal }) };
/** and one where this is so of deadlines alone: a pause lets as much time pass. */
function patient() {
  let now = 0;
  /** @param {number} ms @param {AbortSignal} signal */
  const sleep = (ms, signal) => (ms < 30_000 ? ((now += ms), instant.sleep()) : frozen.sleep(ms, signal));
  return { now: () => now, sleep };
}

/**
 * After a warm-up, as often again and more leaves the wasm as it was.
 *
 * @param {number} times
 * @param {() => Promise<unknown>} once
 */
async function steady(times, once) {
  for (let time = 0; time < times / 10; time += 1) await once();
  await collected(() => false);
  const before = held();
  for (let time = 0; time < times; time += 1) await once();
  await collected(() => held().values === before.values);
  assert.deepEqual(held(), before);
}

test("a hundred thousand calls leave nothing", async () => {
  const { cloud, calls } = scripted([answer([service])]);
  const once = async () => {
    assert.equal((await cloud.services.list()).length, 1);
    calls.length = 0;
  };
  for (let time = 0; time < 2_000; time += 1) await once();
  collect();
  const before = { ...held(), heap: process.memoryUsage().heapUsed };
  for (let time = 0; time < CALLS; time += 1) await once();
  collect();
  const { heap, ...wasm } = before;
  assert.deepEqual(held(), wasm);
  // A single closure a call would be some ten megabytes.
  assert.ok(process.memoryUsage().heapUsed - heap < 4_000_000);
});

/** @type {Record<string, () => () => Promise<unknown>>} */
const ends = {
  "the service refuses": () => {
    const { cloud, calls } = scripted([() => answer({ error: "NOT_FOUND: no" }, 404)]);
    return () => ((calls.length = 0), rejection(cloud.services.get(ID)));
  },
  "the connection fails": () => {
    const fault = new TypeError("fetch failed");
    const { cloud, calls } = scripted([fault]);
    return () => ((calls.length = 0), rejection(cloud.services.get(ID)));
  },
  "the connection fails, again and again": () => {
    let attempt = 0;
    const script = [() => ((attempt = (attempt + 1) % 3) > 0 ? new TypeError("fetch failed") : found)];
    const { cloud, calls } = scripted(script, { retryBudgetMs: 1e9, clock: patient() });
    return () => ((calls.length = 0), cloud.services.get(ID));
  },
  "a 429": () => {
    const { cloud, calls } = scripted([() => answer({}, 429)]);
    return () => ((calls.length = 0), rejection(cloud.services.get(ID)));
  },
  "no response comes in time": () => {
    const { cloud, calls } = scripted([hanging], { clock: instant });
    return () => ((calls.length = 0), rejection(cloud.services.get(ID)));
  },
  "a fetch that never ends": () => {
    const { cloud, calls } = scripted([() => new Promise(() => {})], { clock: instant });
    return async () => ((calls.length = 0), assert.ok((await rejection(cloud.services.get(ID))) instanceof TimeoutError));
  },
  "a clock that never ends": () => {
    const { cloud, calls } = scripted([found], { clock: { ...instant, sleep: () => new Promise(() => {}) } });
    return () => ((calls.length = 0), cloud.services.get(ID));
  },
  "aborted in line": () => {
    const rateLimit = new RateLimiter({ requests: 1, perMs: 1 });
    const { cloud } = scripted([() => new Promise(() => {})], { rateLimit, clock: frozen });
    void cloud.services.get(ID);
    return async () => {
      const controller = new AbortController();
      const call = rejection(cloud.services.get(ID, { signal: controller.signal }));
      await null;
      controller.abort("enough");
      assert.equal(await call, "enough");
    };
  },
  "aborted in the line of a lent limiter that never answers": () => {
    const { cloud } = scripted([found], { rateLimit: { acquire: () => new Promise(() => {}) } });
    return async () => {
      const controller = new AbortController();
      const call = rejection(cloud.services.get(ID, { signal: controller.signal }));
      await new Promise((resolve) => setImmediate(resolve));
      controller.abort("enough");
      assert.equal(await call, "enough");
    };
  },
  "aborted in flight": () => {
    const { cloud, calls } = scripted([
      (/** @type {string} */ url, /** @type {any} */ init) => (controller.abort("enough"), hanging(url, init)),
    ]);
    let controller = new AbortController();
    return async () => {
      calls.length = 0;
      controller = new AbortController();
      assert.equal(await rejection(cloud.services.get(ID, { signal: controller.signal })), "enough");
    };
  },
  "a response that breaks the contract": () => {
    const { cloud, calls } = scripted([() => answer({ id: 7 })]);
    return () => ((calls.length = 0), rejection(cloud.services.get(ID)));
  },
  "a request that breaks the contract": () => {
    const { cloud } = scripted([found]);
    return () => rejection(cloud.services.create(/** @type {any} */ ({ name: "", provder: 7, ipAccessList: [{ source: "x" }] })));
  },
  "options that are wrong": () => {
    const { cloud } = scripted([found]);
    return () => rejection(cloud.services.list({}, /** @type {any} */ ({ timeout: 1 })));
  },
  "a hook that throws": () => {
    const { cloud, calls } = scripted([found], {
      onResponse() {
        throw ID;
      },
    });
    return async () => ((calls.length = 0), assert.equal(await rejection(cloud.services.get(ID)), ID));
  },
  "a lent limiter that is told": () => {
    const { cloud, calls } = scripted([found], { rateLimit: { acquire: async () => () => {} } });
    return () => ((calls.length = 0), cloud.services.get(ID));
  },
  "a request that is only built": () => {
    const { cloud } = scripted([found]);
    return async () => cloud.buildRequest("GET /v1/organizations/{organizationId}/services/{serviceId}", { path: { serviceId: ID } });
  },
};

for (const [name, begin] of Object.entries(ends)) {
  test(`nothing is left after: ${name}`, () => steady(FAILURES, begin()));
}

test("nothing is left after waits, alone and together", async () => {
  let polls = 0;
  const told = { polls: 0 };
  const state = (/** @type {string} */ url) => {
    polls += 1;
    const read = { ...service, state: polls % 4 ? "provisioning" : "running" };
    return answer(url.endsWith(ID) ? read : [read]);
  };
  const { cloud, calls } = scripted([state], { clock: patient() });
  const onProgress = () => void (told.polls += 1);
  await steady(500, async () => {
    calls.length = 0;
    await cloud.services.waitFor(ID, "running", { onProgress });
    await Promise.all(
      ["running", "running", "running", "running"].map((state) => cloud.services.waitFor(ID, /** @type {any} */ (state), { onProgress })),
    );
    assert.ok((await rejection(cloud.services.waitFor(ID, "stopped", { onProgress, timeoutMs: 1 }))) instanceof WaitError);
  });
  assert.ok(told.polls > 5_000);
});

test("nothing is left after creations that are waited for, whoever ends them", async () => {
  const created = answer({ service, password: "x" });
  const { cloud, calls } = scripted([(/** @type {string} */ _, /** @type {any} */ { method }) => (method === "POST" ? created : found)]);
  /** @type {any} */
  const body = { name: "events", provider: "aws", region: "eu-west-1" };
  await steady(1_000, async () => {
    calls.length = 0;
    assert.equal((await cloud.services.createAndWait(body)).service.state, "running");
    assert.equal(
      await rejection(
        cloud.services.createAndWait(body, {
          onCreated() {
            throw ID;
          },
        }),
      ),
      ID,
    );
    assert.ok((await rejection(cloud.services.createAndWait(/** @type {any} */ ({})))) instanceof RequestValidationError);
  });
});

test("nothing is left after large answers", async () => {
  const many = JSON.stringify({
    status: 200,
    requestId: "r-1",
    result: Array.from({ length: 1_000 }, (_, index) => ({ ...service, name: `ü${index}` })),
  });
  const { cloud, calls } = scripted([() => new Response(many)]);
  await steady(200, async () => {
    calls.length = 0;
    assert.equal((await cloud.services.list()).length, 1_000);
  });
});

test("a signal that outlives its calls is left as it was", async () => {
  const { signal } = new AbortController();
  const { cloud } = scripted([found]);
  for (let call = 0; call < 20; call += 1) await cloud.services.get(ID, { signal });
  await cloud.services.waitFor(ID, "running", { signal });
  assert.equal(getEventListeners(signal, "abort").length, 0);
});

test("a thousand calls at once add one listener to their signal", async () => {
  /** @type {Error[]} */
  const warnings = [];
  const warned = (/** @type {Error} */ warning) => warnings.push(warning);
  process.on("warning", warned);
  const controller = new AbortController();
  const { signal } = controller;
  let hangs = false;
  const { cloud } = scripted([
    (/** @type {string} */ url, /** @type {any} */ init) => (hangs ? hanging(url, init) : url.endsWith(ID) ? found : answer([service])),
  ]);
  const begin = (/** @type {number} */ many) =>
    Array.from({ length: many }, () => [cloud.services.get(ID, { signal }), cloud.services.waitFor(ID, "running", { signal })]).flat();
  const begun = begin(1_000);
  await undefined;
  assert.equal(getEventListeners(signal, "abort").length, 1);
  await Promise.all(begun);
  assert.equal(getEventListeners(signal, "abort").length, 0);

  hangs = true;
  const hung = begin(500).map(rejection);
  await undefined;
  assert.equal(getEventListeners(signal, "abort").length, 1);
  await new Promise((resolve) => setImmediate(resolve));
  controller.abort("enough");
  assert.deepEqual(new Set(await Promise.all(hung)), new Set(["enough"]));
  assert.equal(getEventListeners(signal, "abort").length, 0);
  // One that is aborted before its call has its own reason, too.
  assert.equal(await rejection(cloud.services.get(ID, { signal })), "enough");
  assert.equal(getEventListeners(signal, "abort").length, 0);
  await new Promise((resolve) => setImmediate(resolve));
  process.off("warning", warned);
  assert.deepEqual(warnings, []);
});

test("signals are held no longer than their calls", async () => {
  const { cloud } = scripted([found]);
  let gone = 0;
  const registry = new FinalizationRegistry(() => void (gone += 1));
  for (let call = 0; call < 100; call += 1) {
    const { signal } = new AbortController();
    registry.register(signal, undefined);
    await cloud.services.get(ID, { signal });
  }
  // The last one may stand on the stack yet.
  await collected(() => gone >= 99);
  assert.ok(gone >= 99, String(gone));
});
