// @ts-check
// The control of the installed command, over real HTTP.
import assert from "node:assert/strict";
import { test } from "node:test";
import { sandbox } from "./server.mjs";

const BODY = { name: "events", provider: "aws", region: "eu-west-1", ipAccessList: [] };
const SERVICE = "/v1/organizations/{organizationId}/services/{serviceId}";

/**
 * A served sandbox, with functions for requests to its API and its control.
 *
 * @param {import("node:test").TestContext} t
 * @param {string[]} args
 */
async function served(t, ...args) {
  const cloud = await sandbox(t, "--rate-limit", "off", ...args);
  /**
   * @param {string} url
   * @param {string} method
   * @param {unknown} body
   * @param {Record<string, string>} [headers]
   */
  const ask = async (url, method, body, headers) => {
    const text = typeof body === "string" || body === undefined ? body : JSON.stringify(body);
    const answer = await fetch(url, { method, headers, body: text });
    const brought = await answer.text();
    return { status: answer.status, headers: answer.headers, body: brought === "" ? undefined : JSON.parse(brought) };
  };
  return {
    ...cloud,
    /** @param {[method: string, path: string, body?: unknown]} request */
    control: (...[method, path, body]) => ask(`${cloud.url}/__sandbox/${path}`, method, body),
    /** @param {[method: string, path: string, body?: unknown]} request */
    api: (...[method, path, body]) => ask(`${cloud.services}${path}`, method, body, { authorization: cloud.authorization }),
  };
}

test("state and ledger, without a key", async (t) => {
  const { api, control } = await served(t);
  const { body } = await api("POST", "", BODY);
  const { id } = body.result.service;
  const state = await control("GET", "state");
  assert.equal(state.status, 200);
  assert.deepEqual([state.body.services[0].id, state.body.services[0].state], [id, "provisioning"]);
  const ledger = await control("GET", "ledger");
  assert.deepEqual(
    ledger.body.map((/** @type {any} */ entry) => [entry.operation, entry.change]),
    [["services.create", `${id} created`]],
  );
  const right = await control("POST", "verify-password", { serviceId: id, password: body.result.password });
  const wrong = await control("POST", "verify-password", { serviceId: id, password: "x" });
  assert.deepEqual([right.body, wrong.body], [{ valid: true }, { valid: false }]);
});

test("the ledger shows no hash of a password", async (t) => {
  const { api, control } = await served(t);
  const { id } = (await api("POST", "", BODY)).body.result.service;
  assert.equal((await control("POST", "advance", { ms: 180_000 })).status, 204);
  const hashes = {
    newPasswordHash: "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=",
    newDoubleSha1Hash: "d4cecba84f0a507325cd8aa82fcde04ea8be56b0",
  };
  assert.equal((await api("PATCH", `/${id}/password`, hashes)).status, 200);
  const { body } = (await control("GET", "ledger")).body.at(-1);
  assert.deepEqual(body, { newPasswordHash: "[secret]", newDoubleSha1Hash: "[secret]" });
});

test("time advances", async (t) => {
  const { api, control } = await served(t);
  await api("POST", "", BODY);
  assert.equal((await control("POST", "advance", { ms: 180_000 })).status, 204);
  assert.equal((await control("GET", "state")).body.services[0].state, "running");
});

test("faults are injected, and never meet the control", async (t) => {
  const { api, control } = await served(t, "--fault", "server-error=1");
  assert.equal((await control("POST", "faults", { fault: "html", times: 2, method: "GET", path: SERVICE })).status, 204);
  const path = "/11111111-2222-4333-8444-555555555555";
  assert.equal((await api("PATCH", path, { name: "a" })).status, 500);
  for (let turn = 0; turn < 20; turn += 1) assert.equal((await control("GET", "state")).status, 200);
  const faults = await control("GET", "faults");
  assert.ok(faults.body.some((/** @type {any} */ fault) => fault.name === "html" && fault.description.includes("502")));
});

test("a snapshot restores another sandbox", async (t) => {
  const one = await served(t);
  const { body } = await one.api("POST", "", BODY);
  const { id } = body.result.service;
  const snapshot = await one.control("GET", "snapshot");
  const other = await served(t, "--seed", "9");
  assert.equal((await other.control("PUT", "snapshot", snapshot.body)).status, 204);
  assert.equal((await other.api("GET", `/${id}`)).body.result.name, "events");
  assert.deepEqual((await other.control("POST", "verify-password", { serviceId: id, password: body.result.password })).body, {
    valid: true,
  });
  // Longer than a body of the API may be.
  const long = await other.control("PUT", "snapshot", { ...snapshot.body, more: "x".repeat(2 * 1024 * 1024) });
  assert.equal(long.status, 204);
});

test("a wrong control request is an error with the reason", async (t) => {
  const { control } = await served(t);
  /** @type {[string, string, unknown, number, RegExp][]} */
  const wrong = [
    ["GET", "nothing", undefined, 404, /^NOT_FOUND: there is nothing at \/__sandbox\/nothing: under \/__sandbox\/ are state, /],
    ["GET", "", undefined, 404, /^NOT_FOUND: /],
    ["GET", "constructor", undefined, 404, /^NOT_FOUND: /],
    ["DELETE", "state", undefined, 405, /^METHOD_NOT_ALLOWED: \/__sandbox\/state takes GET$/],
    ["GET", "advance", undefined, 405, /takes POST$/],
    ["POST", "advance", "{", 400, /^BAD_REQUEST: body: expected JSON/],
    ["POST", "advance", "", 400, /^BAD_REQUEST: body: expected JSON/],
    ["POST", "advance", [], 400, /^BAD_REQUEST: body: expected an object/],
    ["POST", "advance", {}, 400, /^BAD_REQUEST: body\.ms: expected a number/],
    ["POST", "advance", { ms: -1 }, 400, /^BAD_REQUEST: sandbox\.advance: ms must be a number of at least 0/],
    ["POST", "advance", { ms: 1e308 }, 400, /^BAD_REQUEST: sandbox\.advance: ms must end before virtual time does/],
    ["POST", "advance", { ms: 1, seconds: 1 }, 400, /^BAD_REQUEST: body\.seconds: unknown, known are ms/],
    ["POST", "faults", { fault: "slo" }, 400, /^BAD_REQUEST: sandbox\.inject: unknown fault slo: did you mean slow\?/],
    ["POST", "faults", null, 400, /^BAD_REQUEST: sandbox\.inject: /],
    ["PUT", "snapshot", {}, 400, /^BAD_REQUEST: sandbox\.restore: the snapshot is none: /],
    ["POST", "verify-password", { serviceId: 1, password: "x" }, 400, /^BAD_REQUEST: body\.serviceId: expected a string/],
  ];
  for (const [method, path, body, status, message] of wrong) {
    const answer = await control(method, path, body);
    assert.equal(answer.status, status, `${method} ${path}`);
    assert.match(answer.body.error, message);
    assert.deepEqual(Object.keys(answer.body), ["status", "error", "requestId"]);
  }
  assert.equal((await control("PUT", "state")).headers.get("allow"), "GET");
});

test("HEAD gets the headers of GET", async (t) => {
  const { url } = await served(t);
  const [get, head] = await Promise.all(
    ["GET", "HEAD"].map((method) => fetch(`${url}/__sandbox/faults`, { method, headers: { "accept-encoding": "identity" } })),
  );
  assert.deepEqual([head.status, head.headers.get("content-length")], [200, get.headers.get("content-length")]);
  assert.equal(await head.text(), "");
});

test("--no-control serves none of it", async (t) => {
  const { control } = await served(t, "--no-control");
  for (const path of ["state", "ledger", "snapshot"]) assert.equal((await control("GET", path)).status, 401);
});
