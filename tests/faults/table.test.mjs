// @ts-check
// Every fault on the wire with every kind of call: the result for the caller, and how often the request was sent.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { after, before, test } from "node:test";
import { CloudError } from "clickhouse-cloud";
import { sleep, within } from "../js/support.mjs";
import { elsewhere, faults } from "./faults.mjs";
import { serve, silent } from "./server.mjs";
import { assertNoSecret, BEARER, basic, client, clock, FOR_EVER_MS, operations, shown, TIMEOUT_MS } from "./support.mjs";

// How to read it. The fault is met twice, then the server is well again.
//
//   ok             the first attempt succeeds
//   Server 500     a ServerError with status 500; `Answer` is a ResponseValidationError
//   ?              ambiguous: the change may have happened
//   +              inside a retry budget it is sent again, and the third attempt succeeds
//   ²              inside a retry budget it is sent once more, and fails as before
//
// Without the last two signs a budget changes nothing: one attempt. With retryBudgetMs 0 it is always one.
const TABLE = `
fault                         | get             | create          | update          | updateScaling    | delete
connection refused            | Connection +    | Connection?     | Connection?     | Connection? +    | Connection? +
closed before headers         | Connection +    | Connection?     | Connection?     | Connection? +    | Connection? +
reset before headers          | Connection +    | Connection?     | Connection?     | Connection? +    | Connection? +
reset mid-headers             | Connection +    | Connection?     | Connection?     | Connection? +    | Connection? +
reset mid-body                | Connection +    | Connection?     | Connection?     | Connection? +    | Connection? +
clean end mid-body            | Connection +    | Connection?     | Connection?     | Connection? +    | Connection? +
hang before headers           | Timeout +       | Timeout?        | Timeout?        | Timeout? +       | Timeout? +
hang mid-headers              | Timeout +       | Timeout?        | Timeout?        | Timeout? +       | Timeout? +
hang mid-body                 | Timeout +       | Timeout?        | Timeout?        | Timeout? +       | Timeout? +
not HTTP (a TLS alert)        | Connection +    | Connection?     | Connection?     | Connection? +    | Connection? +
broken chunk                  | Connection +    | Connection?     | Connection?     | Connection? +    | Connection? +
headers too large             | Connection +    | Connection?     | Connection?     | Connection? +    | Connection? +
broken gzip                   | Connection +    | Connection?     | Connection?     | Connection? +    | Connection? +
truncated gzip                | Answer 200 +    | Answer 200?     | Answer 200?     | Answer 200? +    | Answer 200? +
longer than maxBodyBytes      | Connection      | Connection?     | Connection?     | Connection?      | Connection?
longer, as announced          | Connection      | Connection?     | Connection?     | Connection?      | Connection?
longer once unzipped          | Connection      | Connection?     | Connection?     | Connection?      | Connection?

408                           | Api 408 +       | Api 408?        | Api 408?        | Api 408? +       | Api 408? +
418                           | Api 418         | Api 418         | Api 418         | Api 418          | Api 418
500 with envelope             | Server 500 +    | Server 500?     | Server 500?     | Server 500? +    | Server 500? +
500 bare                      | Server 500 +    | Server 500?     | Server 500?     | Server 500? +    | Server 500? +
500 around a result           | Server 500 +    | Server 500?     | Server 500?     | Server 500? +    | Server 500? +
HTML 502                      | Server 502 +    | Server 502?     | Server 502?     | Server 502? +    | Server 502? +
503, Retry-After in the past  | Server 503 +    | Server 503?     | Server 503?     | Server 503? +    | Server 503? +
304                           | Api 304         | Api 304         | Api 304         | Api 304          | Api 304
302 to another host           | Api 302         | Api 302         | Api 302         | Api 302          | Api 302
307 to another host           | Api 307         | Api 307         | Api 307         | Api 307          | Api 307
400, deeply nested            | BadRequest 400  | BadRequest 400  | BadRequest 400  | BadRequest 400   | BadRequest 400

429, X-RateLimit-Reset        | RateLimit 429 + | RateLimit 429 + | RateLimit 429 + | RateLimit 429 +  | RateLimit 429 +
429, Retry-After only         | RateLimit 429 + | RateLimit 429 + | RateLimit 429 + | RateLimit 429 +  | RateLimit 429 +
429, Retry-After in the past  | RateLimit 429 + | RateLimit 429 + | RateLimit 429 + | RateLimit 429 +  | RateLimit 429 +
429 without a header          | RateLimit 429 + | RateLimit 429 + | RateLimit 429 + | RateLimit 429 +  | RateLimit 429 +
429, reset absurd             | RateLimit 429   | RateLimit 429   | RateLimit 429   | RateLimit 429    | RateLimit 429
429, reset no number          | RateLimit 429 + | RateLimit 429 + | RateLimit 429 + | RateLimit 429 +  | RateLimit 429 +
429, reset negative           | RateLimit 429 + | RateLimit 429 + | RateLimit 429 + | RateLimit 429 +  | RateLimit 429 +

HTML 200                      | Answer 200 +    | Answer 200?     | Answer 200?     | Answer 200? +    | Answer 200? +
empty 200                     | Answer 200 +    | Answer 200?     | Answer 200?     | Answer 200? +    | ok
204                           | Answer 204 +    | Answer 204?     | Answer 204?     | Answer 204? +    | ok
truncated JSON                | Answer 200 +    | Answer 200?     | Answer 200?     | Answer 200? +    | Answer 200? +
error in a 200                | Answer 200 ²    | Answer 200?     | Answer 200?     | Answer 200? ²    | Answer 200? ²
result missing                | Answer 200 ²    | Answer 200?     | Answer 200?     | Answer 200? ²    | ok
result null                   | Answer 200 ²    | Answer 200?     | Answer 200?     | Answer 200? ²    | ok
result of the wrong shape     | Answer 200 ²    | Answer 200?     | Answer 200?     | Answer 200? ²    | ok
result deeply nested          | Answer 200 ²    | Answer 200?     | Answer 200?     | Answer 200? ²    | ok
duplicate key, the last bad   | Answer 200 ²    | Answer 200?     | Answer 200?     | Answer 200? ²    | ok

duplicate key, the last good  | ok              | ok              | ok              | ok               | ok
unknown value, deeply nested  | ok              | ok              | ok              | ok               | ok
50 MiB, within maxBodyBytes   | ok              | ok              | ok              | ok               | ok
lone surrogates               | ok              | ok              | ok              | ok               | ok
invalid UTF-8                 | ok              | ok              | ok              | ok               | ok
byte order mark               | ok              | ok              | ok              | ok               | ok
wrong content type            | ok              | ok              | ok              | ok               | ok
no content type               | ok              | ok              | ok              | ok               | ok
gzip                          | ok              | ok              | ok              | ok               | ok
set-cookie                    | ok              | ok              | ok              | ok               | ok
requestId missing             | ok              | ok              | ok              | ok               | ok
requestId a number            | ok              | ok              | ok              | ok               | ok
another status in the envelope| ok              | ok              | ok              | ok               | ok
201                           | ok              | ok              | ok              | ok               | ok
103 before it                 | ok              | ok              | ok              | ok               | ok
HTTP/1.0                      | ok              | ok              | ok              | ok               | ok
`;

const [columns = [], ...rows] = TABLE.split("\n")
  .filter(Boolean)
  .map((line) => line.split("|").map((cell) => cell.trim()));

/** In the clock's own time: three waits fit that a 429 asks for by default, and none of a minute. */
const BUDGET_MS = 40_000;

/** @type {Awaited<ReturnType<typeof serve>>} */
let server;
/** Sees to it that no redirect is followed. */
const other = createServer(() => {
  visits += 1;
});
let visits = 0;

before(async () => {
  server = await serve();
  other.listen(0, "127.0.0.1");
  await once(other, "listening");
  elsewhere.url = `http://127.0.0.1:${/** @type {import("node:net").AddressInfo} */ (other.address()).port}/`;
});
after(() => {
  server.close();
  other.close();
});

/**
 * The outcome of a call in the table's words, without the marks for retries.
 *
 * @param {Promise<unknown>} call
 * @returns {Promise<{ word: string, attempts: number }>}
 */
async function outcome(call) {
  let thrown;
  try {
    const { attempts } = /** @type {any} */ (await within(call, FOR_EVER_MS));
    return { word: "ok", attempts };
  } catch (error) {
    thrown = error;
  }
  assert.ok(thrown instanceof CloudError, String(thrown));
  const error = /** @type {any} */ (thrown);
  assertNoSecret(shown(error), error.name);
  assert.equal(error.attemptLog.length, error.attempts);
  for (const met of error.attemptLog) assert.ok("status" in met !== "fault" in met, JSON.stringify(met));
  const name = error.name === "ResponseValidationError" ? "Answer" : error.name.replace(/Error$/, "");
  return { word: `${name}${error.status === undefined ? "" : ` ${error.status}`}${error.ambiguous ? "?" : ""}`, attempts: error.attempts };
}

/**
 * One cell of the table.
 *
 * @param {string} name
 * @param {string} operation
 */
async function meet(name, operation) {
  const { call, good } = operations[operation];
  const fault = faults[name];
  const credentials = operation === "updateScaling" ? { bearerToken: BEARER } : {};
  const expected = operation === "updateScaling" ? `Bearer ${BEARER}` : `Basic ${basic}`;

  /**
   * @param {boolean} retried
   * @returns {Promise<{ word: string, attempts: number }>}
   */
  const run = async (retried) => {
    const cell = server.cell(fault, good, 2);
    const refused = name === "connection refused";
    const port = refused ? await silent() : server.port;
    const twin = createServer((socket) => void server.adopt(socket));
    const listen = async () => {
      cell.left = 0;
      twin.listen(port, "127.0.0.1");
      await once(twin, "listening");
    };
    const lent = clock(cell, (wait) => (refused && wait === 2 ? listen() : undefined));
    // Without retries the host's own clock runs. What hangs has less time, but enough to arrive at the server.
    const timing = retried
      ? { clock: lent, timeoutMs: TIMEOUT_MS, retryBudgetMs: BUDGET_MS }
      : { timeoutMs: name.startsWith("hang") ? 2_000 : FOR_EVER_MS, retryBudgetMs: 0 };
    const most = name.startsWith("longer") ? { maxBodyBytes: 1024 * 1024 } : {};
    const { cloud, log } = client(cell.url.replace(`:${server.port}`, `:${port}`), { ...credentials, ...timing, ...most });
    try {
      const met = await outcome(call(cloud).withResponse());
      if (!refused) assert.equal(cell.requests.length, met.attempts, "as many requests as attempts");
      if (refused && !twin.listening) await listen();
      // The same client goes on.
      cell.left = 0;
      cell.hangs = () => {};
      await within(call(cloud, { timeoutMs: retried ? TIMEOUT_MS : FOR_EVER_MS }), FOR_EVER_MS);
      assertNoSecret(log.join("\n"), "the log");
      for (const { head } of cell.requests) {
        assertNoSecret(String(head.split("\r\n")[0]), "the address");
        assert.equal(/^authorization: (.*)$/im.exec(head)?.[1], expected);
        assert.doesNotMatch(head, /^cookie:/im);
      }
      return met;
    } finally {
      twin.close();
    }
  };

  const [alone, again] = await Promise.all([run(false), run(true)]);
  assert.equal(alone.attempts, 1, "without a budget there is one attempt");
  if (again.word === "ok" && again.attempts === 3) return `${alone.word} +`;
  assert.equal(again.word, alone.word);
  return again.attempts === 1 ? alone.word : `${alone.word} ${again.attempts === 2 ? "²" : again.attempts}`;
}

for (const [name = "", ...expected] of rows) {
  test(name, async () => {
    const names = columns.slice(1);
    /** @type {string[]} */
    const met = [];
    const one = async (/** @type {string} */ operation, /** @type {number} */ index) => {
      met[index] = await meet(name, operation).catch((error) => {
        error.message = `${operation}: ${error.message}`;
        throw error;
      });
    };
    // The big ones one after the other: at once they would fill the memory.
    if (name.startsWith("50 MiB")) for (const [index, operation] of names.entries()) await one(operation, index);
    else await Promise.all(names.map(one));
    assert.deepEqual(met, expected);
  });
}

test("no redirect was followed", () => {
  assert.equal(visits, 0);
});

test("no connection is left open", async () => {
  for (const end = Date.now() + FOR_EVER_MS; server.sockets.size > 0 && Date.now() < end; await sleep(10));
  assert.equal(server.sockets.size, 0);
});

test("the table holds every fault", () => {
  assert.deepEqual(rows.map(([name]) => name).sort(), Object.keys(faults).sort());
});
