// @ts-check
// The caller's own fetch, where it is not quite a fetch: no call hangs, no module dies, nothing is left open.
import assert from "node:assert/strict";
import { test } from "node:test";
import { rejection, sleep, within } from "../js/support.mjs";
import { assertNoSecret, client, FOR_EVER_MS, ID, operations, shown } from "./support.mjs";

const good = operations.get.good.body;
const trap = () => { throw new Error("a trap"); };
const traps = new Proxy({}, { get: (_, name) => (name === "then" ? undefined : trap()) });
const like = (/** @type {Record<string, unknown>} */ more) => ({ status: 200, headers: new Headers(), text: async () => good, ...more });
const headers = (/** @type {unknown} */ entries) => like({ headers: { get: () => null, entries } });

/** What it resolves with, or throws, and whether the call can be answered all the same. */
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
  "an endless body": [() => like({ arrayBuffer: async () => 1e12 }), false],
  "a body of texts": [() => new Response(/** @type {any} */ (new ReadableStream({ start: (to) => to.enqueue("PLANTED") }))), false],
  "a response that is a trap": [() => traps, false],
  "an error that is a trap": [() => { throw traps; }, false],
  "an error that is nothing": [() => { throw undefined; }, false],
  "an error that is frozen": [() => { throw Object.freeze(new TypeError("x", { cause: Object.freeze({ code: "y" }) })); }, false],
  "an error of a parser": [() => { throw new TypeError("x", { cause: Object.assign(new Error("y"), { data: "PLANTED" }) }); }, false],
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
    const call = cloud.services.get(ID).then(() => true, (error) => {
      if (error !== traps) assertNoSecret(shown(error), "the error");
      return false;
    });
    assert.equal(await within(call, FOR_EVER_MS), answered);
    first = false;
    assert.equal((await cloud.services.get(ID)).id, ID, "the same client goes on");
  });
}

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
