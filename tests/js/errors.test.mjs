// @ts-check
// Errors are instances of real classes. They carry all details of a failure and show no secret.
import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import * as api from "clickhouse-cloud";
import { ID, json, rejection, scripted, SECRET, thrown } from "./support.mjs";

/** @param {unknown} error */
const shown = (error) =>
  [inspect(error, { depth: 9, showHidden: false }), JSON.stringify(error), String(error), /** @type {any} */ (error).stack].join("\n");

/** @param {unknown} error */
const assertHidden = (error) => assert.ok(!shown(error).includes("PLANTED"), shown(error));

test("each status has its class", async () => {
  for (const [status, name] of /** @type {[number, "ApiError" | "ServerError"][]} */ ([
    [400, "BadRequestError"],
    [401, "AuthenticationError"],
    [403, "PermissionDeniedError"],
    [404, "NotFoundError"],
    [409, "ConflictError"],
    [424, "FailedDependencyError"],
    [429, "RateLimitError"],
    [500, "ServerError"],
    [503, "ServerError"],
    [418, "ApiError"],
  ])) {
    const body = { status, error: "SOME_CODE: the text.", requestId: "r-1" };
    const { cloud } = scripted([json(body, { status, headers: { "X-Ratelimit-Reset": "2", "set-cookie": SECRET } })]);
    const error = await rejection(cloud.services.get(ID));
    assert.equal(error.name, name);
    for (const kind of [api[name], api.ApiError, api.CloudError, Error])
      if (!(error instanceof /** @type {any} */ (kind))) assert.fail(String(kind));
    assert.deepEqual(
      [error, new Error("x"), null, "x"].map((value) => api.CloudError.is(value)),
      [true, false, false, false],
    );
    assert.deepEqual(
      [error.status, error.code, error.requestId, error.method, error.operation, error.attempts],
      [status, "SOME_CODE", "r-1", "GET", "services.get", 1],
    );
    assert.equal(error.path, `/v1/organizations/${ID}/services/${ID}`);
    assert.deepEqual(error.body, body);
    assert.equal(error.headers["x-ratelimit-reset"], "2");
    assert.equal(error.attemptLog.length, 1);
    assert.equal(error.attemptLog[0].status, status);
    assert.equal(error.retryAfterMs, status === 429 || status === 503 ? 2_000 : undefined);
    assert.equal(error.ambiguous, false);
    assert.match(error.message, /^services\.get: \d+ SOME_CODE: the text(;|$)/);
    assert.match(String(error.stack), new RegExp(`^${name}: `));
    assertHidden(error);
    assert.equal(JSON.parse(JSON.stringify(error)).name, name);
  }
});

test("a body that is no JSON is text, an empty one undefined", async () => {
  for (const [text, expected] of [
    ["<html>", "<html>"],
    ["", undefined],
    ['\uFEFF{"error":"A: b"}', { error: "A: b" }],
  ]) {
    const { cloud } = scripted([new Response(/** @type {string} */ (text), { status: 403 })]);
    assert.deepEqual((await rejection(cloud.services.get(ID))).body, expected);
  }
});

test("a request that breaks the contract", async () => {
  const { cloud, calls } = scripted([json({})]);
  const error = await rejection(
    cloud.services.create(
      /** @type {any} */ ({
        name: "",
        provider: "aws",
        region: "eu-west-1",
        ipAcessList: [],
        ipAccessList: [{ source: "10.0.0.0/33" }],
      }),
    ),
  );
  assert.ok(error instanceof api.RequestValidationError);
  assert.equal(calls.length, 0);
  const issues = error.issues.map(({ path, code }) => [path, code]);
  assert.deepEqual(
    issues.sort(),
    [
      [["body", "ipAccessList", 0, "source"], "format"],
      [["body", "ipAcessList"], "unknown"],
      [["body", "name"], "length"],
    ].sort(),
  );
  assert.match(error.message, /nothing was sent/);
  assert.match(error.message, /did you mean ipAccessList\?/);
  for (const issue of error.issues) assert.deepEqual(Object.keys(issue).sort(), ["code", "expected", "message", "path", "received"]);
});

test("received tells the type, never the value, of a secret", async () => {
  const { cloud } = scripted([json({})]);
  for (const value of [SECRET, [SECRET], { [SECRET]: SECRET }]) {
    const error = await rejection(cloud.services.updatePassword(ID, /** @type {any} */ ({ newPasswordHash: value })));
    assert.ok(error instanceof api.RequestValidationError);
    assertHidden(error);
    assert.match(/** @type {any} */ (error.issues[0]).received, /^an? (string|array|object)$/);
  }
});

test("a response that breaks the contract holds all and shows nothing", async () => {
  const result = { service: { name: "x" }, password: SECRET };
  const { cloud, calls } = scripted([json({ status: 200, requestId: "r-1", result })]);
  const error = await rejection(cloud.services.create({ name: "x", provider: "aws", region: "eu-west-1" }));
  assert.ok(error instanceof api.ResponseValidationError);
  assert.equal(calls.length, 1);
  assert.equal(/** @type {any} */ (error.body).result.password, SECRET);
  assert.ok(error.text.includes(SECRET));
  assert.deepEqual([error.status, error.requestId, error.ambiguous, error.attempts], [200, "r-1", true, 1]);
  assert.deepEqual(error.issues.map(({ path }) => path.join(".")).sort(), ["result.service.id", "result.service.state"]);
  assertHidden(error);
  assertHidden({ wrapped: error, stack: "" });
});

test("a success that is no JSON", async () => {
  const { cloud } = scripted([new Response("<html>", { headers: { "content-type": "text/html" } })]);
  const error = await rejection(cloud.services.list());
  assert.ok(error instanceof api.ResponseValidationError);
  assert.deepEqual([error.body, error.text, error.ambiguous], [undefined, "<html>", false]);
});

test("a fetch that fails is a connection error with its cause", async () => {
  const cause = new TypeError("fetch failed", { cause: Object.assign(new Error("refused"), { code: "ECONNREFUSED" }) });
  const { cloud } = scripted([cause]);
  const error = await rejection(cloud.services.delete(ID));
  assert.ok(error instanceof api.ConnectionError && !(error instanceof api.TimeoutError));
  assert.equal(error.cause, cause);
  assert.match(error.message, /ECONNREFUSED/);
  assert.equal(error.ambiguous, true);
  assert.equal(error.attemptLog[0]?.fault, "connection");
});

test("toJSON of every class names it", () => {
  const error = thrown(() => new api.CloudClient(/** @type {any} */ ({ x: 1 })));
  assert.deepEqual(JSON.parse(JSON.stringify(error)), { name: "ConfigurationError", message: error.message, ambiguous: false });
});
