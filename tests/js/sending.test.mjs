// @ts-check
// The caller's own functions around a request: rate limiters, hooks, the logger.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";
import { inspect } from "node:util";
import { CloudClient, ConfigurationError, RateLimitError, RateLimiter, ServerError } from "clickhouse-cloud";
import { hanging, ID, json, rejection, scripted, SECRET, service, sleep, success, thrown, within } from "./support.mjs";

const RESET = { status: 429, headers: { "x-ratelimit-reset": "0.01" } };

/** A clock that jumps, so that no test waits. */
function jumping() {
  let now = 0;
  return {
    clock: {
      now: () => now,
      /** @param {number} ms */
      sleep: async (ms) => {
        await sleep(0);
        now += ms;
      },
    },
    now: () => now,
  };
}

test("a rate limiter says how many calls wait, without those that were aborted or sent", async () => {
  const rateLimit = new RateLimiter({ requests: 1, perMs: 100 });
  const { cloud } = scripted([() => success([])], { rateLimit });
  const controller = new AbortController();
  assert.equal(rateLimit.waiting, 0);
  const sent = [cloud.services.list(), cloud.services.list()];
  const aborted = cloud.services.list({}, { signal: controller.signal });
  await sent[0];
  assert.equal(rateLimit.waiting, 2);
  controller.abort();
  await assert.rejects(aborted);
  assert.equal(rateLimit.waiting, 1);
  await sent[1];
  assert.equal(rateLimit.waiting, 0);
});

test("a rate limiter is shared by the clients that are given it, and its options are checked", async () => {
  const rateLimit = new RateLimiter({ requests: 2, perMs: 150 });
  assert.deepEqual([rateLimit.requests, rateLimit.perMs], [2, 150]);
  // Undefined and null count as absent: they must not become a limiter without a limit.
  for (const options of [undefined, null, {}, { requests: undefined, perMs: null }, { requests: null }]) {
    const { requests, perMs } = new RateLimiter(/** @type {any} */ (options));
    assert.deepEqual([requests, perMs], [10, 10_000], inspect(options));
  }
  for (const options of [{ requests: 0 }, { requests: 1.5 }, { perMs: 0 }, { request: 1 }, 7, []]) {
    assert.ok(thrown(() => new RateLimiter(/** @type {any} */ (options))) instanceof ConfigurationError, inspect(options));
  }
  const began = performance.now();
  const clients = [0, 1].map(() => scripted([() => success([])], { rateLimit }));
  await Promise.all(clients.flatMap(({ cloud }) => [cloud.services.list(), cloud.services.list()]));
  // Four requests in windows of two: the second pair waits for the first window, also when it is another client's.
  assert.ok(performance.now() - began >= 150);
});

test("clients of one key share the limit, of two keys they do not", async () => {
  /** @type {number[]} */
  const times = [];
  const server = createServer((_, response) => {
    times.push(performance.now());
    response.end(JSON.stringify({ status: 200, result: [] }));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  const call = (/** @type {string} */ keyId, /** @type {number} */ perMs) =>
    new CloudClient({
      ...{ keyId, keySecret: SECRET, organizationId: ID, baseUrl: `http://127.0.0.1:${port}` },
      rateLimit: { requests: 1, perMs },
    }).services.list();
  try {
    await Promise.all([call("a", 200), call("a", 200)]);
    const [first = 0, second = 0] = times;
    assert.ok(second - first >= 190, "one key: the second waits for the window");
    // Each has its own: else one would wait for ten minutes.
    await within(Promise.all(["b", "c", "d"].map((keyId) => call(keyId, 600_000))), 30_000);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

test("a lent limiter says when to go, is told what came, and is left when the call ends", async () => {
  /** @type {unknown[]} */
  const told = [];
  const rateLimit = { acquire: async () => (/** @type {unknown} */ outcome) => void told.push(outcome) };
  const { cloud } = scripted([() => json({}, RESET), () => success([])], { rateLimit, retryBudgetMs: 5_000, clock: jumping().clock });
  await cloud.services.list();
  assert.deepEqual(told, [
    { status: 429, retryAfterMs: 10 },
    { status: 200, retryAfterMs: undefined },
  ]);

  /** @type {AbortSignal | undefined} */
  let given;
  const waiting = { acquire: (/** @type {AbortSignal} */ signal) => ((given = signal), new Promise(() => {})) };
  const controller = new AbortController();
  const call = scripted([success([])], { rateLimit: waiting }).cloud.services.list({}, { signal: controller.signal });
  await sleep(1);
  controller.abort("enough");
  assert.equal(await rejection(call), "enough");
  assert.ok(given?.aborted);
});

test("what a lent limiter throws goes back to the caller as it is, and nothing is sent", async () => {
  const own = new Error("no slots today");
  for (const acquire of [
    () => {
      throw own;
    },
    async () => {
      throw own;
    },
  ]) {
    const { cloud, calls } = scripted([success([])], { rateLimit: { acquire } });
    assert.equal(await rejection(cloud.services.list()), own);
    assert.equal(calls.length, 0);
  }
});

test("hooks are told of each attempt, without credentials", async () => {
  /** @type {[string, any][]} */
  const told = [];
  const hook = (/** @type {string} */ name) => (/** @type {unknown} */ event) => void told.push([name, event]);
  const hooks = { onRequest: hook("request"), onResponse: hook("response"), onRetry: hook("retry") };
  const answers = [() => json({ error: "X: y", requestId: "r-0" }, { status: 503 }), () => success(service)];
  const { cloud } = scripted(answers, {
    ...hooks,
    retryBudgetMs: 60_000,
    clock: jumping().clock,
    headers: { "x-api-key": SECRET, "x-trace": "1" },
  });
  const { data } = await cloud.services.get(ID).withResponse();
  assert.equal(data.id, ID);
  assert.deepEqual(
    told.map(([name]) => name),
    ["request", "response", "retry", "request", "response"],
  );
  const [[, request], [, response], [, retry], [, second], [, last]] = told;
  assert.deepEqual([request.operation, request.method, request.attempt, request.headers["x-trace"]], ["services.get", "GET", 1, "1"]);
  assert.match(request.url, /^https:\/\/api\.clickhouse\.cloud\/v1\/organizations\/.*\/services\//);
  assert.deepEqual([response.status, response.requestId, typeof response.durationMs, response.attempt], [503, "r-0", "number", 1]);
  assert.deepEqual([retry.operation, retry.attempt, retry.status, retry.fault], ["services.get", 1, 503, undefined]);
  assert.ok(retry.waitMs >= 0);
  assert.deepEqual([second.attempt, last.status, last.requestId], [2, 200, "r-1"]);
  assert.ok(!inspect(told, { depth: 9 }).includes(SECRET));
});

test("what a hook throws ends the call, and the client lives on; it may call the client itself", async () => {
  for (const name of ["onRequest", "onResponse", "onRetry"]) {
    const own = new Error(name);
    let armed = true;
    const hook = () => {
      if (armed) throw own;
    };
    const script = [() => json({}, { status: 500 }), () => success([])];
    const { cloud } = scripted(script, { [name]: hook, retryBudgetMs: 60_000, clock: jumping().clock });
    assert.equal(await rejection(cloud.services.list()), own, name);
    armed = false;
    assert.ok(Array.isArray(await cloud.services.list()), name);
  }
  /** @type {Promise<unknown> | undefined} */
  let inner;
  const onRequest = () => void (inner ??= Promise.resolve(cloud.services.list()));
  const { cloud } = scripted([() => success([])], { onRequest });
  assert.deepEqual(await cloud.services.list(), []);
  assert.deepEqual(await within(/** @type {Promise<unknown>} */ (inner)), []);
});

test("the log shows bodies at debug alone, and of them nothing that the contract calls secret", async () => {
  for (const level of ["off", "error", "warn", "info", "debug"]) {
    /** @type {string[]} */
    const lines = [];
    const logger = Object.fromEntries(
      ["error", "warn", "info", "debug"].map((name) => [name, (/** @type {string} */ line) => void lines.push(`${name} ${line}`)]),
    );
    const { cloud } = scripted([() => success({ password: "PLANTED-new" })], { logger, logLevel: level });
    await cloud.services.resetPassword(ID);
    await cloud.services.updatePassword(ID, { newPasswordHash: "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" });
    const text = lines.join("\n");
    assert.ok(!/PLANTED|47DEQ/.test(text), text);
    assert.equal(/"newPasswordHash":"\[secret\]"/.test(text), level === "debug", text);
    assert.equal(/"password":"\[secret\]"/.test(text), level === "debug", text);
  }
});

test("the log tells of calls that fail for good at info, and of no refusals", async () => {
  /** @type {string[]} */
  const errors = [];
  const logger = { info: (/** @type {string} */ line) => void errors.push(line), warn() {}, error() {}, debug() {} };
  const call = (/** @type {number} */ status) => scripted([() => json({}, { status })], { logger, logLevel: "info" }).cloud.services.list();
  assert.ok((await rejection(call(429))) instanceof RateLimitError);
  await rejection(call(404));
  assert.deepEqual(errors, []);
  const error = await rejection(call(502));
  assert.ok(error instanceof ServerError);
  assert.deepEqual(errors, [`clickhouse-cloud: ${error.message}`]);
});

test("the log of attempts has the requestId of each answer", async () => {
  const { cloud } = scripted([() => json({ error: "X: y", requestId: "r-7" }, { status: 500 }), hanging], {
    retryBudgetMs: 60_000,
    timeoutMs: 5,
    clock: jumping().clock,
  });
  const error = await rejection(cloud.services.list());
  assert.deepEqual([error.attemptLog[0].status, error.attemptLog[0].requestId], [500, "r-7"]);
  assert.deepEqual([error.attemptLog.at(-1).fault, error.attemptLog.at(-1).requestId], ["timeout", undefined]);
  assert.equal(error.attempts, error.attemptLog.length);
});
