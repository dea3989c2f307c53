// @ts-check
// Stack overflows that callers catch, on both sides of the limit at which an entry into the wasm still has enough stack: everything
// keeps working. An overflow inside the wasm would poison it. OVERFLOWS=4000 runs a hundred thousand, in some minutes.
import assert from "node:assert/strict";
import { test } from "node:test";
import { held } from "./memory.mjs";
import {
  CloudClient,
  doubleSha1Hash,
  generatePassword,
  hashPassword,
  RateLimiter,
  RequestValidationError,
  schemas,
} from "clickhouse-cloud";
import { createProxy } from "clickhouse-cloud/proxy";
import { Sandbox } from "clickhouse-cloud/sandbox";
import { ID, keys, service, success, within } from "./support.mjs";

/** How many overflows each entry meets. */
const OVERFLOWS = Number(process.env.OVERFLOWS ?? 500);

/** How many kilobytes before the end of the stack each entry is tried at: with room, and without. */
const WINDOW = Number(process.env.WINDOW ?? 150);

const fetch = async () => success(service);
const options = { ...keys, rateLimit: /** @type {const} */ (false), fetch };
const cloud = new CloudClient(options);
const sandbox = new Sandbox({ timeScale: 1_000, rateLimit: false });
const { clock, fetch: sandboxFetch } = sandbox.clientOptions;
let injected = new Sandbox();
let injections = 0;
const snapshot = sandbox.snapshot();
/** @type {import("clickhouse-cloud/proxy").ProxyOptions} */
const proxyOptions = { ...options, allow: ["services.get"], authorize: () => true };
const proxy = createProxy(proxyOptions);
const request = new Request(`http://localhost/v1/organizations/${ID}/services/${ID}`);
const route = "GET /v1/organizations/{organizationId}/services/{serviceId}";
/** @type {any} */
const body = {
  name: "events",
  provider: "aws",
  region: "eu-west-1",
  ipAccessList: [{ source: "x", description: 7 }],
  tags: [{ key: " " }],
};
const { signal } = new AbortController();

/** Every entry: what is synchronous, and what gives a promise. @type {Record<string, () => unknown>} */
const entries = {
  "schemas.*.validate": () => schemas.CreateServiceBody["~standard"].validate(body),
  hashPassword: () => hashPassword("abc"),
  doubleSha1Hash: () => doubleSha1Hash("abc"),
  generatePassword: () => generatePassword(),
  "new CloudClient, and free": () => new CloudClient(options).free(),
  "new RateLimiter": () => new RateLimiter({ requests: 1, perMs: 1 }),
  buildRequest: () => cloud.buildRequest(route, { path: { serviceId: ID } }),
  "a request that breaks the contract": () => cloud.services.create(body),
  "services.get": () => cloud.services.get(ID, { signal, headers: { a: "b" } }),
  setPassword: () => cloud.services.setPassword(ID, "abc"),
  waitFor: () => cloud.services.waitFor(ID, "running", { signal }),
  createAndWait: () => cloud.services.createAndWait(body),
  "new Sandbox": () => new Sandbox({ seed: 7, faults: { slow: 0 }, keys: [{ keyId: "a", keySecret: "b" }] }).free(),
  "sandbox.fetch": () => sandboxFetch(`https://api.clickhouse.cloud/v1/organizations/${ID}/services`, {}),
  "sandbox.clientOptions": () => sandbox.clientOptions,
  "its clock.now": () => clock.now(),
  "its clock.sleep": () => clock.sleep(1, signal),
  "sandbox.advance": () => sandbox.advance(0),
  "sandbox.inject": () => {
    // A sandbox takes a thousand injections; one for each turn would fill the memory before they are collected.
    if (injections >= 900) {
      injected = new Sandbox();
      injections = 0;
    }
    injected.inject({ fault: "slow", times: 1, path: "/v1/organizations" });
    injections += 1;
  },
  "Sandbox.faults": () => Sandbox.faults(),
  "sandbox.state": () => sandbox.state(),
  "sandbox.snapshot": () => sandbox.snapshot(),
  "sandbox.restore": () => sandbox.restore(snapshot),
  "sandbox.ledger": () => sandbox.ledger(),
  "sandbox.verifyPassword": () => sandbox.verifyPassword(ID, "x"),
  createProxy: () => createProxy(proxyOptions),
  proxy: () => proxy(request),
};

/** A kilobyte of arguments. @type {any[]} */
const FILL = new Array(120).fill(0);
/** Levels of a kilobyte each: an exception that unwinds many small ones is slow. @param {number} levels @param {() => unknown} run @param {number[]} _ @returns {unknown} */
const wide = (levels, run, ..._) => (levels > 0 ? wide(levels - 1, run, ...FILL) : run());
/** Small ones. @param {number} levels @param {() => unknown} run @returns {unknown} */
const at = (levels, run) => (levels > 0 ? at(levels - 1, run) : run());

/** How many wide levels there is room for. They change as the engine optimizes. */
function room() {
  let [fits, fails] = [0, 10_000];
  while (fails - fits > 1) {
    const middle = Math.floor((fits + fails) / 2);
    try {
      wide(middle, () => {});
      fits = middle;
    } catch {
      fails = middle;
    }
  }
  return fits;
}

test("all works on after overflows that were caught", async (context) => {
  for (const [name, run] of Object.entries(entries)) {
    await context.test(name, async () => {
      const once = async () => void (await Promise.resolve(run()).catch(() => {}));
      await once();
      const before = held();
      let most = 0;
      let successes = 0;
      /** @type {Record<string, number>} */
      const overflows = {};
      let caught = 0;
      /** @type {Promise<unknown>[]} */
      const begun = [];
      const note = (/** @type {unknown} */ error) => {
        if (error instanceof RequestValidationError) return void (successes += 1);
        caught += 1;
        const text = String(error);
        overflows[text] = (overflows[text] ?? 0) + 1;
      };
      for (let turn = 0; caught < OVERFLOWS && turn < 100 * OVERFLOWS; turn += 1) {
        if (turn % 250 === 0) most = room();
        try {
          const given = wide(Math.max(0, most - (turn % WINDOW)), () => at((turn * 7) % 11, run));
          if (given instanceof Promise) begun.push(given.then(() => void (successes += 1), note));
          else successes += 1;
        } catch (error) {
          note(error);
        }
        if (begun.length === 50) await within(Promise.all(begun.splice(0)), 60_000);
      }
      await within(Promise.all(begun), 60_000);
      context.diagnostic(`${name}: ${JSON.stringify(overflows)}, ${successes} successes`);
      assert.ok(caught >= OVERFLOWS && successes > 0);
      for (const text of Object.keys(overflows)) assert.match(text, /^RangeError: /);
      await once();
      assert.ok(held().bytes - before.bytes < 10_000_000);
      assert.deepEqual(await cloud.services.get(ID), service);
      assert.equal(hashPassword("abc"), "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=");
      assert.equal(new Sandbox().state().services.length, 0);
    });
  }
});
