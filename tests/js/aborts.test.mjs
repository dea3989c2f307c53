// @ts-check
// How a call is ended: by the caller's signal, by its deadline, and that nothing of it is left.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { ConnectionError, TimeoutError } from "clickhouse-cloud";
import { hanging, ID, rejection, scripted, service, sleep, success, within } from "./support.mjs";

test("aborted before it begins", async () => {
  const { cloud, calls } = scripted([success([])]);
  const reason = { mine: true };
  assert.equal(await rejection(cloud.services.list({}, { signal: AbortSignal.abort(reason) })), reason);
  assert.equal(await rejection(cloud.services.waitFor(ID, "running", { signal: AbortSignal.abort(reason) })), reason);
  const plain = await rejection(cloud.services.list({}, { signal: AbortSignal.abort() }));
  assert.equal(plain.name, "AbortError");
  assert.equal(calls.length, 0);
});

test("aborted under way: the signal's own reason, and no fetch goes on", async () => {
  const controller = new AbortController();
  const { cloud, calls } = scripted([hanging], { retryBudgetMs: 60_000 });
  const promise = rejection(cloud.services.list({}, { signal: controller.signal }));
  await sleep(20);
  const reason = new Error("enough");
  controller.abort(reason);
  assert.equal(await within(promise), reason);
  assert.ok(calls[0]?.init.signal.aborted);
  await sleep(20);
  assert.equal(calls.length, 1);
});

test("aborted as the call ends: a failure is the signal's reason, a success stays one", async () => {
  const controller = new AbortController();
  const reason = new Error("enough");
  const abort = () => controller.abort(reason);
  const logger = { info: abort, error() {}, warn() {}, debug() {} };
  const failing = scripted([new TypeError("fetch failed")], { logger, logLevel: "info" });
  assert.equal(await rejection(failing.cloud.services.list({}, { signal: controller.signal })), reason);

  const late = new AbortController();
  const succeeding = scripted([success([service])], { onResponse: () => late.abort(reason) });
  assert.deepEqual(await succeeding.cloud.services.list({}, { signal: late.signal }), [service]);
  assert.ok(controller.signal.aborted && late.signal.aborted);
});

test("aborted while the body comes", async () => {
  const controller = new AbortController();
  const { cloud, calls } = scripted([() => new Response(new ReadableStream({ pull: () => new Promise(() => {}) }))]);
  const promise = rejection(cloud.services.list({}, { signal: controller.signal }));
  await sleep(20);
  controller.abort("now");
  assert.equal(await within(promise), "now");
  assert.ok(calls[0]?.init.signal.aborted);
});

test("timeouts, before the headers and in the body", async () => {
  for (const act of [hanging, () => new Response(new ReadableStream({ pull: () => new Promise(() => {}) }))]) {
    const { cloud, calls } = scripted([act], { timeoutMs: 40 });
    const error = await within(rejection(cloud.services.list()));
    assert.ok(error instanceof TimeoutError && error instanceof ConnectionError);
    assert.deepEqual([error.timeoutMs, error.ambiguous, error.attemptLog[0]?.fault], [40, false, "timeout"]);
    assert.ok(calls[0]?.init.signal.aborted);
  }
});

test("after a call nothing keeps Node alive", () => {
  const program = `
    import { CloudClient } from "clickhouse-cloud";
    const hanging = (_, { signal }) => new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    const options = { keyId: "a", keySecret: "b", organizationId: "${ID}" };
    const quick = new CloudClient({ ...options, fetch: async () => new Response("[]") });
    for (let call = 0; call < 10; call += 1) await quick.services.list();
    const signal = AbortSignal.timeout(30);
    await quick.services.list({}, { signal }).catch(() => {});
    const slow = new CloudClient({ ...options, fetch: hanging });
    await slow.services.list({}, { signal: AbortSignal.timeout(30) }).catch(() => {});
    await slow.services.waitFor("${ID}", "running", { timeoutMs: 30 }).catch(() => {});
    const limited = new CloudClient({ ...options, fetch: async () => new Response("", { status: 429 }) });
    await limited.services.list({}, { signal: AbortSignal.timeout(30) }).catch(() => {});
    console.log("done");
  `;
  const begin = performance.now();
  execFileSync(process.execPath, ["--input-type=module", "-e", program], { cwd: new URL(".", import.meta.url), timeout: 20_000 });
  assert.ok(performance.now() - begin < 5_000, "Node exits by itself at once");
});
