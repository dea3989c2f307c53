// @ts-check
// Retries beyond the table: the pauses, the end of the retry budget, and how an earlier attempt affects a later one.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { BadRequestError, ConnectionError, NotFoundError, RateLimitError, ServerError, TimeoutError } from "clickhouse-cloud";
import { rejection, within } from "../js/support.mjs";
import { faults } from "./faults.mjs";
import { http, serve } from "./server.mjs";
import { client, clock, FOR_EVER_MS, ID, operations, TIMEOUT_MS } from "./support.mjs";

/** @type {Awaited<ReturnType<typeof serve>>} */
let server;
before(async () => {
  server = await serve();
});
after(() => server.close());

/**
 * A client for an operation that meets these faults, one after the other.
 *
 * @param {string} operation
 * @param {import("./server.mjs").Fault[]} script
 * @param {Record<string, unknown>} [options]
 */
function meeting(operation, script, options) {
  const { call, good } = operations[operation];
  let met = 0;
  const cell = server.cell((to) => script[met++]?.(to), good, script.length);
  const lent = clock(cell);
  const { cloud } = client(cell.url, { clock: lent, timeoutMs: TIMEOUT_MS, retryBudgetMs: 60_000, ...options });
  return { cell, cloud, waits: lent.waits, run: () => within(call(cloud).withResponse(), FOR_EVER_MS) };
}

const times = (/** @type {number} */ count, /** @type {string} */ name) => Array.from({ length: count }, () => faults[name]);
const past = "Thu, 01 Jan 2026 00:00:00 GMT";

test("how long a 429 asks to wait", async () => {
  // Jitter adds a tenth at most. What asks for no wait backs off instead: half a second at most for the first.
  for (const [headers, asked, least, most] of /** @type {[string[], number, number, number][]} */ ([
    [["x-ratelimit-reset: 2"], 2_000, 2_000, 2_200],
    [["x-ratelimit-reset: 0.25"], 250, 250, 275],
    [["x-ratelimit-reset: 2", "retry-after: 30"], 2_000, 2_000, 2_200],
    [["x-ratelimit-reset: soon", "retry-after: 3"], 3_000, 3_000, 3_300],
    [["retry-after: 3"], 3_000, 3_000, 3_300],
    [[], 10_000, 10_000, 11_000],
    [["x-ratelimit-reset: 1e9"], 10_000, 10_000, 11_000],
    [["x-ratelimit-reset: Infinity"], 10_000, 10_000, 11_000],
    [["x-ratelimit-reset: "], 10_000, 10_000, 11_000],
    [["retry-after: yesterday"], 10_000, 10_000, 11_000],
    // Told as it is, and waited for a minute at most.
    [["x-ratelimit-reset: 86400"], 86_400_000, 60_000, 66_000],
    [["retry-after: Fri, 31 Dec 9999 23:59:59 GMT", "date: Fri, 31 Dec 9999 23:00:00 GMT"], 3_599_000, 60_000, 66_000],
    [["x-ratelimit-reset: 0"], 0, 0, 500],
    [["x-ratelimit-reset: -5"], 0, 0, 500],
    [[`retry-after: ${past}`], 0, 0, 500],
  ])) {
    const limited = () => [(/** @type {any} */ { socket }) => socket.end(http("429 Too Many Requests", "", headers))];
    const { run, waits } = meeting("create", limited(), { retryBudgetMs: 100_000 });
    assert.equal((await run()).attempts, 2, headers.join());
    assert.equal(waits.length, 1);
    const [wait = NaN] = waits;
    assert.ok(wait >= least && wait <= most, `${headers}: waited ${wait}`);
    const error = await rejection(meeting("create", limited(), { retryBudgetMs: 0 }).run());
    assert.ok(error instanceof RateLimitError);
    assert.equal(error.retryAfterMs, asked, headers.join());
  }
});

test("a budget ends, and the last error is the one thrown", async () => {
  const { run, waits, cell } = meeting("get", [...times(3, "reset mid-body"), ...times(1_000, "HTML 502")], { retryBudgetMs: 20_000 });
  const error = await rejection(run());
  assert.ok(error instanceof ServerError);
  assert.equal(error.status, 502);
  assert.ok(error.attempts > 3, `${error.attempts} attempts`);
  assert.deepEqual([error.attemptLog.length, cell.requests.length, waits.length + 1], Array(3).fill(error.attempts));
  assert.ok(waits.reduce((sum, wait) => sum + wait, 0) < 20_000);
  assert.deepEqual(
    error.attemptLog.map(({ waitedMs }) => waitedMs),
    [...waits, 0],
  );
  assert.deepEqual(
    error.attemptLog.slice(0, 4).map(({ status, fault }) => fault ?? status),
    ["connection", "connection", "connection", 502],
  );
  waits.forEach((wait, index) => assert.ok(wait <= Math.min(8_000, 500 * 2 ** index), `${index}: ${wait}`));
});

test("a deletion that an earlier attempt may have made is made when nothing is there", async () => {
  const gone = [
    (/** @type {any} */ { socket }) => socket.end(http("404 Not Found", '{"status":404,"error":"NOT_FOUND: no such service"}')),
  ];
  for (const name of ["reset before headers", "hang mid-body", "HTML 502", "HTML 200", "408"]) {
    const { data, status, attempts } = await meeting("delete", [...times(1, name), ...gone]).run();
    assert.deepEqual([data, status, attempts], [undefined, 404, 2], name);
  }
  for (const before of [[], times(1, "429, X-RateLimit-Reset")]) {
    const error = await rejection(meeting("delete", [...before, ...gone]).run());
    assert.ok(error instanceof NotFoundError);
    assert.equal(error.ambiguous, false);
  }
  // Of what is changed, it says nothing.
  const error = await rejection(meeting("updateScaling", [...times(1, "HTML 502"), ...gone]).run());
  assert.ok(error instanceof NotFoundError && error.ambiguous);
});

test("doubt stays, whatever is met later", async () => {
  const refusal = (/** @type {any} */ { socket }) => socket.end(http("400 Bad Request", '{"status":400,"error":"BAD_REQUEST: no"}'));
  const error = await rejection(meeting("updateScaling", [...times(1, "reset mid-body"), refusal]).run());
  assert.ok(error instanceof BadRequestError && error.ambiguous);
  assert.match(error.message, /look before you try again/);
  const read = await rejection(meeting("get", [...times(1, "reset mid-body"), refusal]).run());
  assert.ok(read instanceof BadRequestError && !read.ambiguous);
});

test("a deadline ends an attempt and its connection, on the host's own clock", async () => {
  for (const name of ["hang before headers", "hang mid-headers", "hang mid-body"]) {
    let closed;
    const { cell, cloud } = meeting(
      "get",
      [
        (to) => {
          closed = new Promise((resolve) => to.socket.once("close", resolve));
          faults[name]?.(to);
        },
      ],
      { clock: undefined, timeoutMs: FOR_EVER_MS, retryBudgetMs: 0 },
    );
    const error = await within(rejection(cloud.services.get(ID, { timeoutMs: 500 })), FOR_EVER_MS);
    assert.ok(error instanceof TimeoutError);
    assert.deepEqual([error.timeoutMs, cell.requests.length], [500, 1]);
    await within(/** @type {any} */ (closed), FOR_EVER_MS);
  }
});

test("an answer that is announced too long is let go at once", async () => {
  /** @type {Response[]} */
  const kept = [];
  let closed;
  const { cloud } = meeting(
    "get",
    [
      ({ socket }) => {
        closed = new Promise((resolve) => socket.once("close", resolve));
        socket.write(`HTTP/1.1 200 OK\r\ncontent-length: 100000000\r\n\r\n${" ".repeat(100_000)}`);
      },
    ],
    {
      clock: undefined,
      timeoutMs: FOR_EVER_MS,
      // It is referenced, so that the garbage collector does not free it.
      fetch: async (/** @type {string} */ url, /** @type {any} */ init) => kept.push(await fetch(url, init)) && kept[0],
    },
  );
  assert.match((await within(rejection(cloud.services.get(ID)), FOR_EVER_MS)).message, /maxBodyBytes/);
  await within(/** @type {any} */ (closed), FOR_EVER_MS);
  assert.equal(kept.length, 1);
});

test("TLS spoken to a plain server", async () => {
  const { cell } = meeting("create", []);
  const { cloud } = client(cell.url.replace("http:", "https:"), { retryBudgetMs: 0 });
  const error = await within(rejection(operations.create.call(cloud)), FOR_EVER_MS);
  assert.ok(error instanceof ConnectionError && error.ambiguous);
  assert.equal(cell.requests.length, 0);
});
