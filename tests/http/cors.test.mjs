// @ts-check
// CORS as browsers use it. Pages of other origins can do nothing.
import assert from "node:assert/strict";
import { test } from "node:test";
import { sandbox } from "./server.mjs";

const PAGE = "http://localhost:5173";
const OTHER = "https://evil.example";

/**
 * @param {string} url
 * @param {string} origin
 * @param {string} [method]
 * @param {Record<string, string>} [headers]
 */
const from = (url, origin, method = "GET", headers = {}) => fetch(url, { method, headers: { origin, ...headers } });

const PREFLIGHT = { "access-control-request-method": "PATCH", "access-control-request-headers": "authorization,content-type,x-own" };

test("a named origin reads the responses, and its preflights need no key", async (t) => {
  const { services, authorization } = await sandbox(t, "--cors", "https://app.example", "--cors", PAGE, "--rate-limit", "1/60");
  const asked = await from(services, PAGE, "OPTIONS", { ...PREFLIGHT, "access-control-request-private-network": "true" });
  assert.equal(asked.status, 204);
  assert.equal(asked.headers.get("access-control-allow-origin"), PAGE);
  assert.match(String(asked.headers.get("access-control-allow-methods")), /\bPATCH\b/);
  assert.equal(asked.headers.get("access-control-allow-headers"), "authorization,content-type,x-own");
  assert.equal(asked.headers.get("access-control-allow-private-network"), "true");
  assert.match(String(asked.headers.get("vary")), /\borigin\b/);
  for (const expected of [200, 429]) {
    const { status, headers } = await from(services, PAGE, "GET", { authorization });
    assert.deepEqual([status, headers.get("access-control-allow-origin")], [expected, PAGE]);
    const exposed = String(headers.get("access-control-expose-headers")).split(", ");
    for (const name of ["x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset", "retry-after", "x-request-id"]) {
      assert.ok(exposed.includes(name), name);
    }
    assert.ok(headers.has("x-request-id") && headers.has("x-ratelimit-reset"));
  }
  assert.equal((await from(services, PAGE)).headers.get("access-control-allow-origin"), PAGE);
});

test("another origin reads nothing", async (t) => {
  const { services, authorization } = await sandbox(t, "--cors", PAGE);
  for (const origin of [OTHER, "null", `${PAGE}.evil.example`, "http://localhost:51733"]) {
    for (const answer of [await from(services, origin, "OPTIONS", PREFLIGHT), await from(services, origin, "GET", { authorization })]) {
      assert.notEqual(answer.status, 204);
      assert.equal(answer.headers.get("access-control-allow-origin"), null);
      assert.match(String(answer.headers.get("vary")), /\borigin\b/);
    }
  }
});

test("* allows every origin, without cookies", async (t) => {
  const { services, authorization } = await sandbox(t, "--cors", "*");
  for (const answer of [await from(services, OTHER, "OPTIONS", PREFLIGHT), await from(services, OTHER, "GET", { authorization })]) {
    assert.ok(answer.ok);
    assert.equal(answer.headers.get("access-control-allow-origin"), "*");
    assert.equal(answer.headers.get("access-control-allow-credentials"), null);
  }
});

test("without --cors there is none of it, and no page controls the sandbox", async (t) => {
  const { url, services } = await sandbox(t);
  const asked = await from(services, PAGE, "OPTIONS", PREFLIGHT);
  assert.deepEqual([asked.status, asked.headers.get("access-control-allow-origin")], [401, null]);
  const advance = (/** @type {string} */ origin) =>
    fetch(`${url}/__sandbox/advance`, { method: "POST", headers: { origin, "content-type": "text/plain" }, body: '{"ms":1}' });
  assert.deepEqual([(await advance(OTHER)).status, (await advance("null")).status, (await advance(url)).status], [403, 403, 204]);
});

test("a page of a named origin controls the sandbox, too", async (t) => {
  const { url } = await sandbox(t, "--cors", PAGE);
  const answer = await from(`${url}/__sandbox/state`, PAGE);
  assert.deepEqual([answer.status, answer.headers.get("access-control-allow-origin")], [200, PAGE]);
});
