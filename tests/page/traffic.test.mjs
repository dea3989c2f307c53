// @ts-check
// The record of requests: every attempt stands under the call that made it, whatever else is in progress.
import assert from "node:assert/strict";
import { test } from "node:test";
import { CloudClient } from "clickhouse-cloud";
import { Sandbox } from "clickhouse-cloud/sandbox";
import { build } from "esbuild";
import { expect } from "./site.mjs";

/** Loads the page's module, which is TypeScript. @returns {Promise<typeof import("../../www/src/store/traffic.ts")>} */
async function load() {
  const entry = new URL("../../www/src/store/traffic.ts", import.meta.url).pathname;
  const { outputFiles } = await build({ entryPoints: [entry], bundle: true, write: false, format: "esm" });
  const [{ text }] = /** @type {[{ text: string }]} */ (/** @type {unknown} */ (outputFiles));
  return import(`data:text/javascript,${encodeURIComponent(text)}#${Math.random()}`);
}

/** The first request to this service has no response until it is aborted. @param {string} path @param {any} send */
function hanging(path, send) {
  let hung = false;
  return (/** @type {string} */ url, /** @type {RequestInit} */ init) => {
    if (hung || !url.endsWith(path)) return send(url, init);
    hung = true;
    return new Promise((_, reject) => init.signal?.addEventListener("abort", () => reject(init.signal?.reason)));
  };
}

/** A client whose requests are recorded, with a sandbox of two services. @param {{ hangs?: boolean }} [options] */
async function setup({ hangs = false } = {}) {
  const { recorded, traffic, isPending } = await load();
  const service = { provider: "aws", region: "eu-west-1", $state: "running" };
  const sandbox = new Sandbox({
    ...{ seed: 1, timeScale: 50, rateLimit: /** @type {const} */ (false) },
    scenario: /** @type {any} */ ({ services: ["first", "second"].map((name) => ({ ...service, name })) }),
  });
  const { clock } = sandbox.clientOptions;
  const { organization, services } = sandbox.state();
  const [first = "", second = ""] = services.map(({ id }) => id);
  const { fetch, ...rest } = sandbox.clientOptions;
  const options = { ...rest, fetch: hangs ? hanging(first, fetch) : fetch, timeoutMs: hangs ? 20_000 : rest.timeoutMs };
  const cloud = new CloudClient(recorded(options, () => clock.now()));
  const path = (/** @type {string} */ id) => `/v1/organizations/${organization.id}/services/${id}`;
  const statuses = () =>
    traffic.value.map(({ value }) => [value.url.endsWith(first) ? "first" : "second", ...value.attempts.map(({ status }) => status)]);
  return { sandbox, cloud, first, second, path, traffic, isPending, statuses };
}

for (const fault of /** @type {const} */ (["server-error", "drop-before", "truncated"])) {
  test(`a retry after ${fault} stands under its own call while another one of the same operation is in progress`, async () => {
    const { sandbox, cloud, first, second, path, traffic, isPending, statuses } = await setup();
    sandbox.inject({ fault, method: "GET", path: path(first) });
    await Promise.all([cloud.services.get(first), cloud.services.get(second)]);
    const failed = { "server-error": 500, "drop-before": 0, truncated: 200 }[fault];
    assert.deepEqual(statuses(), [
      ["first", failed, 200],
      ["second", 200],
    ]);
    assert.ok(traffic.value.every(({ value }) => !isPending(value)));
    const [retried] = traffic.value.map(({ value }) => value.attempts);
    assert.ok((retried?.[0]?.waitMs ?? 0) > 0);
  });
}

test("two calls of one operation that both fail keep their attempts apart", async () => {
  const { sandbox, cloud, first, second, path, isPending, statuses, traffic } = await setup();
  sandbox.inject({ fault: "server-error", times: 1, method: "GET", path: path(first) });
  sandbox.inject({ fault: "server-error", times: 2, method: "GET", path: path(second) });
  await Promise.all([cloud.services.get(first), cloud.services.get(second)]);
  assert.deepEqual(statuses(), [
    ["first", 500, 200],
    ["second", 500, 500, 200],
  ]);
  assert.ok(traffic.value.every(({ value }) => !isPending(value)));
});

test("a timeout is the fault of its attempt, and the retry stands under the same call", async () => {
  const { cloud, first, second, statuses, traffic } = await setup({ hangs: true });
  await Promise.all([cloud.services.get(first), cloud.services.get(second)]);
  assert.deepEqual(statuses(), [
    ["first", 0, 200],
    ["second", 200],
  ]);
  assert.equal(traffic.value[0]?.value.attempts[0]?.fault, "timeout");
});

test("the response of each attempt is its own", async () => {
  const { sandbox, cloud, first, path, traffic } = await setup();
  sandbox.inject({ fault: "unavailable", method: "GET", path: path(first) });
  await cloud.services.get(first);
  const texts = () => traffic.value[0]?.value.attempts.map(({ response = "" }) => response) ?? [];
  await expect.poll(() => texts().filter((text) => text !== "").length).toBe(2);
  const [refusal = "", result] = texts();
  assert.ok(!refusal.includes(first));
  assert.ok(result?.includes(first));
});
