// @ts-check
// Custom fetch functions that deviate from fetch: no call hangs, the module keeps working, and no connection stays open.
import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { test } from "node:test";
import { ConflictError, NotFoundError, ResponseValidationError, ServerError } from "clickhouse-cloud";
import { rejection, sleep, within } from "../js/support.mjs";
import { assertNoSecret, client, FOR_EVER_MS, ID, operations, shown } from "./support.mjs";

const good = operations.get.good.body;
const trap = () => {
  throw new Error("a trap");
};
const traps = new Proxy({}, { get: (_, name) => (name === "then" ? undefined : trap()) });
const like = (/** @type {Record<string, unknown>} */ more) => ({ status: 200, headers: new Headers(), text: async () => good, ...more });
const headers = (/** @type {unknown} */ entries) => like({ headers: { get: () => null, entries } });

/** The value that it resolves with or throws, and whether the call can still succeed. */
/** @type {Record<string, [answer: () => unknown, answered: boolean]>} */
const ODD = {
  "headers in a map": [() => like({ headers: new Map([["X-Own", "y"]]) }), true],
  "headers that are no text": [() => like({ headers: new Map([["x-own", 7]]) }), true],
  "headers that none can be": [() => like({ headers: new Map([["x own", "\n"]]) }), false],
  "headers without entries": [() => headers(() => undefined), false],
  "headers that throw": [() => headers(trap), false],
  "a status that is none": [() => like({ status: NaN }), false],
  "a body that is a number": [() => like({ text: async () => 7 }), false],
  "a body that is nothing": [() => like({ text: undefined, arrayBuffer: async () => undefined }), false],
  "an endless body": [() => like({ text: undefined, arrayBuffer: async () => 1e12 }), false],
  "a body of texts": [() => new Response(/** @type {any} */ (new ReadableStream({ start: (to) => to.enqueue("PLANTED") }))), false],
  "a response that is a trap": [() => traps, false],
  "an error that is a trap": [
    () => {
      throw traps;
    },
    false,
  ],
  "an error that is nothing": [
    () => {
      throw undefined;
    },
    false,
  ],
  "an error that is frozen": [
    () => {
      throw Object.freeze(new TypeError("x", { cause: Object.freeze({ code: "y" }) }));
    },
    false,
  ],
  "an error of a parser": [
    () => {
      throw new TypeError("x", { cause: Object.assign(new Error("y"), { data: "PLANTED" }) });
    },
    false,
  ],
};

for (const [name, [answer, answered]] of Object.entries(ODD)) {
  test(name, async () => {
    let first = true;
    const fetch = async () => {
      if (!first) return new Response(good);
      first = false;
      return answer();
    };
    const { cloud } = client("http://127.0.0.1:9", { fetch, retryBudgetMs: 0 });
    const call = cloud.services.get(ID).then(
      () => true,
      (error) => {
        if (error !== traps) assertNoSecret(shown(error), "the error");
        return false;
      },
    );
    assert.equal(await within(call, FOR_EVER_MS), answered);
    first = false;
    assert.equal((await cloud.services.get(ID)).id, ID, "the same client goes on");
  });
}

const stream = (/** @type {any[]} */ ...pieces) => Readable.from(pieces);
const bytes = (/** @type {string} */ text) => new TextEncoder().encode(text);

/** Responses that have only some of a Response's members, and can be read. @type {Record<string, () => Promise<unknown> | unknown>} */
const READABLE = {
  "only json()": () => ({ status: 200, json: async () => JSON.parse(good) }),
  "only text()": () => ({ status: 200, text: async () => good }),
  "only arrayBuffer()": () => ({ status: 200, arrayBuffer: async () => bytes(good).buffer }),
  "methods that are not async": () => ({ status: 200, json: () => JSON.parse(good) }),
  "a mock of arrayBuffer() that brings nothing": () => ({ status: 200, arrayBuffer: () => undefined, json: async () => JSON.parse(good) }),
  "bytes from arrayBuffer()": () => ({ status: 200, arrayBuffer: async () => bytes(good) }),
  "bytes of another view": () => ({ status: 200, arrayBuffer: async () => new DataView(bytes(`xx${good}`).buffer, 2) }),
  "a Node stream": () => ({ status: 200, body: stream(Buffer.from(good.slice(0, 5)), Buffer.from(good.slice(5))) }),
  "a Node stream of texts": () => ({ status: 200, body: stream(good.slice(0, 5), good.slice(5)) }),
  "an async generator": () => ({
    status: 200,
    body: (async function* () {
      yield bytes(good);
    })(),
  }),
  "a body that is the text": () => ({ status: 200, body: good }),
  "a body that is the bytes": () => ({ status: 200, body: bytes(good) }),
  "headers in a plain object": () => like({ headers: { "Content-Type": "application/json", "set-cookie": ["a", "b"], "x-number": 7 } }),
  "headers in pairs": () => like({ headers: [["X-Own", "y"]] }),
  "headers with get() only": () => like({ headers: { get: () => "application/json" } }),
  "headers with forEach() only": () => like({ headers: { forEach: (/** @type {any} */ each) => each("y", "x-own") } }),
  "headers that are null": () => like({ headers: null }),
};

for (const [name, answer] of Object.entries(READABLE)) {
  test(`a response with ${name} is read`, async () => {
    const { cloud } = client("http://127.0.0.1:9", { fetch: async () => answer() });
    assert.equal((await cloud.services.get(ID)).id, ID);
  });
}

test("what headers of other kinds say is read, too", async () => {
  const waits = /** @type {number[]} */ ([]);
  for (const headers of [
    { "X-RateLimit-Reset": 7 },
    [["X-RateLimit-Reset", "7"]],
    new Map([["x-ratelimit-reset", "7"]]),
    { get: (/** @type {string} */ name) => (name === "x-ratelimit-reset" ? "7" : null) },
  ]) {
    const { cloud } = client("http://127.0.0.1:9", { fetch: async () => like({ status: 429, headers }), retryBudgetMs: 0 });
    waits.push((await rejection(cloud.services.get(ID))).retryAfterMs);
  }
  assert.deepEqual(waits, [7_000, 7_000, 7_000, 7_000]);
});

const used = new Response(good);
await used.text();
const locked = new Response(good);
locked.body?.getReader();
const ended = stream(Buffer.from(good));
await ended.toArray();
const circle = /** @type {any} */ ({});
circle.circle = circle;

/** Responses that came, and can not be read. @type {Record<string, [answer: () => unknown, message: RegExp]>} */
const UNREADABLE = {
  "no method to read its body": [
    () => ({ status: 200, ok: true, headers: new Headers() }),
    /none of arrayBuffer\(\), text\(\) and json\(\)/,
  ],
  "the body's value in the place of a Response": [() => JSON.parse(good), /no Response/],
  "a body that was read": [() => used, /read already/],
  "a body that was read, as a library says": [
    () =>
      like({
        text: async () => {
          throw new TypeError("body used already for: x");
        },
      }),
    /read already/,
  ],
  "a locked body": [() => locked, /locked/],
  "a Node stream that was read": [() => ({ status: 200, body: ended }), /read already/],
  "a stream of objects": [() => ({ status: 200, body: stream({ PLANTED: "PLANTED" }) }), /not made of bytes/],
  "a web stream of texts": [
    () => new Response(/** @type {any} */ (new ReadableStream({ start: (to) => to.enqueue("PLANTED") }))),
    /not made of bytes/,
  ],
  "a text() that brings a number": [() => like({ text: async () => 7 }), /text\(\) brings nothing of its kind/],
  "a json() that brings nothing": [() => ({ status: 200, json: async () => undefined }), /json\(\) brings nothing of its kind/],
  "a json() that brings a circle": [() => ({ status: 200, json: async () => circle }), /json\(\) brings nothing of its kind/],
  "a json() that finds no JSON": [() => ({ status: 200, json: async () => JSON.parse("PLANTED") }), /json\(\) finds no JSON/],
  "headers that are a number": [() => like({ headers: 7 }), /headers/],
  "headers that none can be": [() => like({ headers: { "x own": "PLANTED" } }), /headers that none can be/],
};

for (const [name, [answer, message]] of Object.entries(UNREADABLE)) {
  test(`a response with ${name} is an error that says so, and is asked for once`, async () => {
    let count = 0;
    const { cloud, log } = client("http://127.0.0.1:9", { fetch: async () => (count++, answer()) });
    for (const [ambiguous, call] of /** @type {const} */ ([
      [false, () => cloud.services.get(ID)],
      [true, () => cloud.services.delete(ID)],
      [true, () => cloud.services.update(ID, { name: "x" })],
    ])) {
      count = 0;
      const error = await rejection(call());
      assert.ok(error instanceof ResponseValidationError, String(error));
      assert.deepEqual([error.status, error.issues[0]?.code, error.ambiguous, count], [200, "unreadable", ambiguous, 1]);
      assert.match(error.message, message);
      assertNoSecret(shown(error), "the error");
    }
    assertNoSecret(log.join("\n"), "the log");
    count = 0;
    assert.ok((await rejection(cloud.services.waitFor(ID, "running"))) instanceof ResponseValidationError);
    assert.equal(count, 1, "no wait polls on");
  });
}

test("a refusal that can not be read counts by its status", async () => {
  for (const [status, expected] of /** @type {const} */ ([
    [404, NotFoundError],
    [409, ConflictError],
    [500, ServerError],
  ])) {
    const { cloud } = client("http://127.0.0.1:9", { fetch: async () => ({ status, ok: false }), retryBudgetMs: 0 });
    assert.ok((await rejection(cloud.services.get(ID))) instanceof expected);
  }
});

test("a connection that breaks in a Node stream is tried again", async () => {
  let count = 0;
  const broken = () =>
    new Readable({
      read() {
        this.destroy(Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" }));
      },
    });
  const { cloud } = client("http://127.0.0.1:9", { fetch: async () => (count++ === 0 ? { status: 200, body: broken() } : like({})) });
  assert.equal((await cloud.services.get(ID)).id, ID);
  assert.equal(count, 2);
});

test("a body that is too long is let go, whatever it is made of", async () => {
  for (const length of [undefined, "1000000"]) {
    const body = new Readable({
      read() {
        this.push(Buffer.alloc(1_000, " "));
      },
    });
    let aborted = false;
    const fetch = async (/** @type {string} */ _, /** @type {RequestInit} */ init) => {
      init.signal?.addEventListener("abort", () => (aborted = true));
      return { status: 200, headers: length && { "content-length": length }, body };
    };
    const { cloud } = client("http://127.0.0.1:9", { fetch, maxBodyBytes: 10_000, retryBudgetMs: 0 });
    const error = await rejection(cloud.services.get(ID));
    assert.match(error.message, /longer than maxBodyBytes/);
    assert.deepEqual([body.destroyed, aborted], [true, true]);
  }
  const { cloud } = client("http://127.0.0.1:9", {
    fetch: async () => like({ text: async () => " ".repeat(20_000) }),
    maxBodyBytes: 10_000,
    retryBudgetMs: 0,
  });
  assert.match((await rejection(cloud.services.get(ID))).message, /longer than maxBodyBytes/);
});

test("no cache answers, where the host's fetch can be told; libraries that would change the address are not told", async () => {
  /** @type {unknown[]} */
  const modes = [];
  const fetch = async (/** @type {string} */ _, /** @type {RequestInit} */ init) => (modes.push(init.cache), like({}));
  for (const own of [fetch, Object.assign(fetch.bind(null), { polyfill: true }), Object.assign(fetch.bind(null), { ponyfill: true })]) {
    await client("http://127.0.0.1:9", { fetch: own }).cloud.services.get(ID);
  }
  assert.deepEqual(modes, ["no-store", undefined, undefined]);
});

test("an error of the framework around fetch goes back to it, and is not tried again", async () => {
  let count = 0;
  const error = Object.assign(new Error("Dynamic server usage"), { digest: "DYNAMIC_SERVER_USAGE" });
  const before = globalThis.fetch;
  globalThis.fetch = async () => {
    count += 1;
    throw error;
  };
  try {
    assert.equal(await rejection(client("http://127.0.0.1:9").cloud.services.get(ID)), error);
  } finally {
    globalThis.fetch = before;
  }
  assert.equal(count, 1);
});

test("an own fetch that takes no notice of the signal: its body is let go all the same", async () => {
  /** @type {Promise<unknown>} */
  let rejected = Promise.resolve();
  for (const when of ["before the answer", "in the body"]) {
    const controller = new AbortController();
    /** @type {Promise<void>} */
    const cancelled = new Promise((resolve) => {
      const body = new ReadableStream({ pull: () => new Promise(() => {}), cancel: () => resolve() });
      const fetch = async () => {
        if (when === "before the answer") controller.abort(when);
        else setTimeout(() => controller.abort(when), 10);
        await sleep(1);
        return new Response(body);
      };
      const { cloud } = client("http://127.0.0.1:9", { fetch });
      rejected = rejection(cloud.services.get(ID, { signal: controller.signal }));
    });
    assert.equal(await within(rejected, FOR_EVER_MS), when);
    await within(cancelled, FOR_EVER_MS);
  }
});
