// @ts-check
// Lists that come in pages, iterated: in order, no page too many, with the caller's signal and headers on each, and never without end.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ConfigurationError, RequestValidationError, ResponseValidationError, ServerError } from "clickhouse-cloud";
import { PIPE, refusal, tabled } from "./double.mjs";
import { document } from "./operations.mjs";
import { ID, rejection } from "./support.mjs";

const udf = (/** @type {number} */ version) => ({ functionName: `f${version}`, version, status: "ready" });
const page = (/** @type {number[]} */ versions, /** @type {string | null} */ nextCursor) => ({
  items: versions.map(udf),
  pagination: { nextCursor },
});
const pattern = (/** @type {number} */ index) => ({ queryId: `q${index}`, dbName: "d", dbUser: "u", dbOperation: "SELECT" });
const range = { from_date: "2026-03-01T00:00:00Z", to_date: "2026-03-02T00:00:00Z" };

/** @template T @param {AsyncIterable<T>} list @param {number} [most] */
async function collected(list, most = Infinity) {
  const all = [];
  for await (const one of list) {
    all.push(one);
    if (all.length >= most) break;
  }
  return all;
}

test("every list that the contract marks is iterated, and no other", () => {
  const marked = Object.values(document.paths).flatMap((item) =>
    Object.values(item)
      .filter((one) => one["x-pages"])
      .map((one) => one["x-name"]),
  );
  assert.deepEqual(marked.sort(), ["postgres.slowQueryPatterns.list", "udfs.attachments.list", "udfs.list", "udfs.versions.list"]);
  const { cloud } = tabled({ "GET /udfs": [page([1], null)], "GET /services": [[]] });
  const list = cloud.udfs.list();
  assert.equal(Object.getPrototypeOf(list), Promise.prototype);
  assert.deepEqual(Object.keys(list), []);
  assert.ok(!(Symbol.asyncIterator in cloud.services.list()));
});

test("a cursor is followed to the end, with all else as it was", async () => {
  const { cloud, asked, routes } = tabled({ "GET /udfs": [page([1, 2], "b c"), page([], "d"), page([3], null)] });
  const headers = { "x-trace": "t" };
  const all = await collected(cloud.udfs.list({ limit: 2 }, { headers }));
  assert.deepEqual(
    all.map(({ version }) => version),
    [1, 2, 3],
  );
  assert.deepEqual(routes(), ["GET /udfs?limit=2", "GET /udfs?limit=2&cursor=b+c", "GET /udfs?limit=2&cursor=d"]);
  for (const { headers } of asked) assert.equal(headers["x-trace"], "t");
});

test("the promise is that of the first page, as ever", async () => {
  const { cloud, asked } = tabled({ "GET /udfs/area/versions": [page([2], "x"), page([1], null)] });
  const list = cloud.udfs.versions.list("area");
  assert.deepEqual((await list).items, [udf(2)]);
  assert.equal((await list.withResponse()).status, 200);
  assert.equal(asked.length, 1);
  // Iterated later, and twice: the first page is not asked for again.
  assert.deepEqual(
    (await collected(list)).map(({ version }) => version),
    [2, 1],
  );
  assert.equal(asked.length, 2);
});

test("a loop that ends early asks for nothing more", async () => {
  const { cloud, asked } = tabled({
    [`GET /udfs/area/attachments`]: [
      {
        items: [1, 2].map((version) => ({ functionName: "area", serviceId: ID, status: "deployed", version })),
        pagination: { nextCursor: "x" },
      },
    ],
  });
  assert.equal((await collected(cloud.udfs.attachments.list("area"), 2)).length, 2);
  await new Promise((resolve) => setTimeout(resolve, 5));
  assert.equal(asked.length, 1);
});

test("an offset counts what was read", async () => {
  const path = `/postgres/${PIPE}/slowQueryPatterns`;
  const serve = (/** @type {any} */ { query }) => {
    const [offset, limit] = [Number(query.get("offset") ?? 0), Number(query.get("limit") ?? 3)];
    return Array.from({ length: Math.max(0, Math.min(7 - offset, limit)) }, (_, index) => pattern(offset + index));
  };
  const ids = (/** @type {any[]} */ all) => all.map(({ queryId }) => queryId);
  const { cloud, asked } = tabled({ [`GET ${path}`]: [serve] });
  assert.deepEqual(ids(await collected(cloud.postgres.slowQueryPatterns.list(PIPE, range))), ["q0", "q1", "q2", "q3", "q4", "q5", "q6"]);
  assert.deepEqual(
    asked.map(({ query }) => query.get("offset")),
    [null, "3", "6"],
  );
  assert.deepEqual(
    asked.map(({ query }) => query.get("from_date")),
    [range.from_date, range.from_date, range.from_date],
  );
  asked.length = 0;
  assert.deepEqual(ids(await collected(cloud.postgres.slowQueryPatterns.list(PIPE, { ...range, limit: 2, offset: 1 }))), [
    "q1",
    "q2",
    "q3",
    "q4",
    "q5",
    "q6",
  ]);
  assert.deepEqual(
    asked.map(({ query }) => query.get("offset")),
    ["1", "3", "5", "7"],
  );
  asked.length = 0;
  // Shorter than the caller's own limit: the end.
  assert.equal((await collected(cloud.postgres.slowQueryPatterns.list(PIPE, { ...range, limit: 10 }))).length, 7);
  assert.equal(asked.length, 1);
});

test("a place that comes again ends the loop with an error", async () => {
  for (const cursors of [
    ["a", "a"],
    ["a", "b", "a"],
  ]) {
    const { cloud, asked } = tabled({ "GET /udfs": cursors.map((cursor, index) => page([index + 1], cursor)) });
    /** @type {number[]} */
    const seen = [];
    const error = await rejection(
      (async () => {
        for await (const { version } of cloud.udfs.list()) seen.push(version);
      })(),
    );
    assert.ok(error instanceof ResponseValidationError, String(error));
    assert.match(error.message, /^udfs\.list: the list has no end: result\.pagination\.nextCursor/);
    assert.deepEqual([error.issues[0]?.path, error.status, error.ambiguous], [["result", "pagination", "nextCursor"], 200, false]);
    assert.equal(asked.length, cursors.length);
    assert.deepEqual(
      seen,
      cursors.slice(1).map((_, index) => index + 1),
    );
  }
  const { cloud, asked } = tabled({ "GET /udfs": [page([1], "mine")] });
  assert.ok((await rejection(collected(cloud.udfs.list({ cursor: "mine" })))) instanceof ResponseValidationError);
  assert.equal(asked.length, 1);
  const deaf = tabled({ [`GET /postgres/${PIPE}/slowQueryPatterns`]: [[pattern(1), pattern(2)]] });
  const error = await rejection(collected(deaf.cloud.postgres.slowQueryPatterns.list(PIPE, range)));
  assert.ok(error instanceof ResponseValidationError);
  assert.equal(deaf.asked.length, 2);
});

test("an error of any page goes to the loop, and an abort reaches each", async () => {
  const failing = tabled({ "GET /udfs": [page([1], "a"), refusal(500, "INTERNAL: no")] }, { retryBudgetMs: 0 });
  /** @type {number[]} */
  const seen = [];
  const error = await rejection(
    (async () => {
      for await (const { version } of failing.cloud.udfs.list()) seen.push(version);
    })(),
  );
  assert.ok(error instanceof ServerError);
  assert.deepEqual(seen, [1]);
  assert.ok((await rejection(collected(failing.cloud.udfs.list({ limit: 0 })))) instanceof RequestValidationError);

  const controller = new AbortController();
  const reason = new Error("enough");
  const hangs = (/** @type {any} */ { init }) =>
    new Promise((_, reject) => init.signal.addEventListener("abort", () => reject(init.signal.reason)));
  const { cloud, asked } = tabled({ "GET /udfs": [page([1], "a"), hangs] });
  const loop = collected(cloud.udfs.list({}, { signal: controller.signal }));
  while (asked.length < 2) await new Promise((resolve) => setImmediate(resolve));
  controller.abort(reason);
  assert.equal(await rejection(loop), reason);
});

test("what the caller changes meanwhile changes nothing", async () => {
  const { cloud, asked } = tabled({ "GET /udfs": [page([1], "a"), page([2], "b"), page([3], null)] });
  const query = { limit: 5 };
  const options = { headers: { "x-trace": "t" } };
  const versions = [];
  for await (const { version } of cloud.udfs.list(query, options)) {
    versions.push(version);
    query.limit = 1;
    options.headers["x-trace"] = "u";
    if (version === 2) break;
  }
  assert.deepEqual(
    asked.map((one) => [one.query.get("limit"), one.headers["x-trace"]]),
    [
      ["5", "t"],
      ["5", "t"],
    ],
  );
});

test("a client that is freed between pages refuses the next one", async () => {
  const { cloud } = tabled({ "GET /udfs": [page([1], "a"), page([2], null)] });
  const error = await rejection(
    (async () => {
      for await (const _ of cloud.udfs.list()) cloud.free();
    })(),
  );
  assert.ok(error instanceof ConfigurationError);
  assert.match(error.message, /^udfs\.list: the client has been freed/);
});
