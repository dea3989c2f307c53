// @ts-check
// The permits of the console's requests: the window, the order of arrival, aborts, and the pause that a 429 asks for.
import assert from "node:assert/strict";
import { test } from "node:test";
import { build } from "esbuild";

const entry = new URL("../../www/src/store/permits.ts", import.meta.url).pathname;
const { outputFiles } = await build({ entryPoints: [entry], bundle: true, write: false, format: "esm" });
const [{ text }] = /** @type {[{ text: string }]} */ (/** @type {unknown} */ (outputFiles));
/** @type {typeof import("../../www/src/store/permits.ts")} */
const { Permits } = await import(`data:text/javascript,${encodeURIComponent(text)}`);

const signal = new AbortController().signal;
const ok = { status: 200, retryAfterMs: undefined };

/** Two requests a second, on a clock that the test moves. */
function setup() {
  let now = 0;
  /** @type {{ at: number, wake: () => void }[]} */
  const sleepers = [];
  const clock = {
    now: () => now,
    sleep: (/** @type {number} */ ms) => new Promise((resolve) => sleepers.push({ at: now + ms, wake: () => resolve(undefined) })),
  };
  const permits = new Permits(2, 1000, clock);
  /** @type {[string, number][]} */
  const went = [];
  /** @type {Map<string, (outcome: any) => void>} */
  const releases = new Map();
  const call = (/** @type {string} */ name, /** @type {AbortSignal} */ aborted = signal) =>
    permits.acquire(aborted).then((release) => {
      went.push([name, now]);
      releases.set(name, release);
    });
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  return {
    permits,
    went,
    call,
    settled,
    release: (/** @type {string} */ name, /** @type {any} */ outcome = ok) => releases.get(name)?.(outcome),
    async advance(/** @type {number} */ to) {
      now = to;
      for (const { at, wake } of sleepers.splice(0)) {
        if (at <= now) wake();
        else sleepers.push({ at, wake });
      }
      await settled();
    },
  };
}

test("a slot is free one window after its response, and calls go in the order of their arrival", async () => {
  const { permits, went, call, settled, release, advance } = setup();
  for (const name of ["a", "b", "c", "d"]) void call(name);
  await settled();
  assert.deepEqual([permits.taken, permits.waiting, permits.nextMs], [2, 2, Number.POSITIVE_INFINITY]);
  await advance(100);
  release("a");
  assert.equal(permits.nextMs, 1020);
  await advance(900);
  release("b");
  assert.equal(permits.nextMs, 220);
  await advance(1120);
  assert.deepEqual([permits.waiting, permits.taken], [1, 2]);
  await advance(1920);
  assert.deepEqual(went, [
    ["a", 0],
    ["b", 0],
    ["c", 1120],
    ["d", 1920],
  ]);
});

test("an aborted call leaves the queue", async () => {
  const { permits, went, call, settled, release, advance } = setup();
  for (const name of ["a", "b"]) void call(name);
  const controller = new AbortController();
  const aborted = call("c", controller.signal);
  void call("d");
  controller.abort();
  await assert.rejects(aborted);
  assert.equal(permits.waiting, 1);
  await settled();
  release("a");
  await advance(1020);
  assert.deepEqual(
    went.map(([name]) => name),
    ["a", "b", "d"],
  );
});

test("a 429 pauses all calls for as long as it asks", async () => {
  const { permits, went, call, settled, release, advance } = setup();
  void call("a");
  await settled();
  release("a", { status: 429, retryAfterMs: 5000 });
  void call("b");
  await settled();
  assert.equal(permits.nextMs, 5000);
  await advance(5000);
  assert.deepEqual(went, [
    ["a", 0],
    ["b", 5000],
  ]);
});
