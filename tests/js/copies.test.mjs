// @ts-check
// Two copies of the package in one process, each with its own wasm: they share one rate limit per key and accept each other's
// RateLimiter.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import * as esm from "clickhouse-cloud";

/** @type {typeof esm} */
const cjs = createRequire(import.meta.url)("clickhouse-cloud");
const ID = "5a9db0c5-0000-4000-8000-000000000001";

let arrived = 0;
/** The headers of a 429 for each request that is refused before others are served. @type {Record<string, string>[]} */
let refusals = [];
const server = createServer((_, response) => {
  arrived += 1;
  const refusal = refusals.shift();
  if (refusal) return response.writeHead(429, refusal).end(JSON.stringify({ status: 429, error: "too many requests" }));
  response.end(JSON.stringify({ status: 200, requestId: ID, result: [] }));
});
before(() => new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined))));
after(() => server.close());

/** @param {string} keyId @param {object} [more] */
const options = (keyId, more) => {
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  return {
    baseUrl: `http://127.0.0.1:${port}`,
    keyId,
    keySecret: "secret",
    organizationId: ID,
    logLevel: /** @type {const} */ ("off"),
    ...more,
  };
};

/**
 * Has two clients send in turn, more than may go, and says how many requests had arrived when the last of those that may go
 * was answered and time enough for another had passed.
 *
 * @param {esm.CloudClient} one
 * @param {esm.CloudClient} other
 * @param {number} most how many may go
 */
async function sent(one, other, most) {
  arrived = 0;
  const end = new AbortController();
  let answered = 0;
  /** @type {() => void} */
  let full = () => {};
  const reached = new Promise((resolve) => void (full = () => resolve(undefined)));
  const calls = Array.from({ length: 20 }, async (_, index) => {
    await (index % 2 === 0 ? one : other).services.list(undefined, { signal: end.signal });
    answered += 1;
    if (answered === most) full();
  });
  const settled = Promise.allSettled(calls);
  await reached;
  await new Promise((resolve) => setTimeout(resolve, 200));
  end.abort();
  await settled;
  return arrived;
}

test("one key has one rate limit in both", async () => {
  assert.equal(await sent(new esm.CloudClient(options("a")), new cjs.CloudClient(options("a")), 10), 10);
  assert.equal(await sent(new cjs.CloudClient(options("b")), new esm.CloudClient(options("b")), 10), 10);
});

test("a 429 that one copy meets pauses the other, whichever of them the limiter is of", async () => {
  const refusal = { "retry-after": "30" };
  for (const [key, first, second, isOfFirst] of /** @type {const} */ ([
    ["f", esm, cjs, true],
    ["g", esm, cjs, false],
    ["h", cjs, esm, true],
    ["i", cjs, esm, false],
  ])) {
    refusals = [refusal];
    arrived = 0;
    const clients = [first, second].map(({ CloudClient }) => new CloudClient(options(key)));
    const [refused, other] = isOfFirst ? clients : clients.reverse();
    const end = new AbortController();
    const calls = [refused?.services.list(undefined, { signal: end.signal })];
    while (refusals.length > 0) await new Promise((resolve) => setTimeout(resolve, 10));
    // A client of another key goes at once, and by then the refusal has come.
    await new first.CloudClient(options(`${key}-alone`)).services.list();
    calls.push(other?.services.list(undefined, { signal: end.signal }));
    await new first.CloudClient(options(`${key}-alone`)).services.list();
    await new Promise((resolve) => setTimeout(resolve, 200));
    assert.equal(arrived, 3, key);
    const reason = new Error("enough");
    end.abort(reason);
    for (const call of calls) await assert.rejects(call ?? Promise.resolve(), reason);
  }
});

test("each takes the other's RateLimiter", async () => {
  for (const [mine, others] of [
    [esm, cjs],
    [cjs, esm],
  ]) {
    const rateLimit = new mine.RateLimiter({ requests: 3, perMs: 60_000 });
    assert.equal(await sent(new mine.CloudClient(options("c", { rateLimit })), new others.CloudClient(options("d", { rateLimit })), 3), 3);
  }
});

test("whoever aborts leaves the line, and the slots of the others stay", async () => {
  const rateLimit = new esm.RateLimiter({ requests: 2, perMs: 60_000 });
  const client = new cjs.CloudClient(options("e", { rateLimit }));
  const reason = new Error("enough");
  await assert.rejects(client.services.list(undefined, { signal: AbortSignal.abort(reason) }), reason);
  assert.equal(await sent(client, client, 2), 2);
});
