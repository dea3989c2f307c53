// @ts-check
// Every secret of every operation, planted in requests and results, appears in no error, log line, hook, curl command or toJSON.
// Only the getters `body` and `text` of an error hold the whole response; they are not printed.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { inspect } from "node:util";
import { CloudError, RequestValidationError, ResponseValidationError } from "clickhouse-cloud";
import { callMethod, made, ofRoute, operations, respond, right } from "./operations.mjs";
import { json, rejection, scripted, thrown } from "./support.mjs";

/** @import { Json } from "./samples.mjs" */
/** @import { Operation, Parameters } from "./operations.mjs" */

const PLANTED = "PLANTED-S3cret-0f-12-letters-and-more";
const SHA256 = Buffer.from("PLANTED-S3cret-of-32-bytes-long!").toString("base64");
const SHA1 = Buffer.from("PLANTED-S3cret-of-20").toString("hex");
const marks = ["PLANTED", SHA256.slice(0, 12), SHA1.slice(0, 12)];

/** @param {Json} schema */
const plant = ({ format }) =>
  ({ sha256: SHA256, sha1: SHA1, uri: `https://example.com/${PLANTED}` })[/** @type {string} */ (format)] ?? PLANTED;

/** All that a program may print. @param {any} error @returns {string} */
const shown = (error) =>
  error instanceof Error
    ? [error.message, error.stack, JSON.stringify(error), inspect(error, { depth: 10 }), shown(error.cause)].join("\n")
    : String(error);

/** @param {string} text @param {string} where */
function assertHidden(text, where) {
  for (const mark of marks) {
    const at = text.indexOf(mark);
    if (at >= 0) assert.fail(`${where} shows a secret: …${text.slice(Math.max(0, at - 200), at + 100)}…`);
  }
}

/** A client that notes all that it says. @param {any[]} script @param {Record<string, unknown>} [options] */
function watched(script, options) {
  /** @type {string[]} */
  const seen = [];
  const tell = (/** @type {unknown[]} */ ...all) =>
    void seen.push(...all.map((one) => `${inspect(one, { depth: 10 })} ${JSON.stringify(one)}`));
  const logger = { error: tell, warn: tell, info: tell, debug: tell };
  return { ...scripted(script, { logger, logLevel: "debug", onRequest: tell, onResponse: tell, onRetry: tell, ...options }), seen };
}

/** A copy in which each planted text is wrapped. @param {unknown} value @param {(text: string) => unknown} wrap */
const wrapped = (value, wrap) =>
  JSON.parse(JSON.stringify(value), (_, one) => (typeof one === "string" && marks.some((mark) => one.includes(mark)) ? wrap(one) : one));

const planted = { requests: 0, results: 0 };
after(() => console.log(`secrets: ${planted.requests} places in requests, ${planted.results} in results`));

for (const operation of operations) {
  const { name, route, body: bodySchema, result: resultSchema } = operation;
  const bodies = bodySchema === undefined ? [] : [...made.secrets(bodySchema, true, plant)];
  const results = resultSchema === undefined ? [] : [...made.secrets(resultSchema, false, plant)];
  planted.requests += bodies.length;
  planted.results += results.length;
  if (bodies.length > 0) test(`${name}: secrets of requests`, () => ofRequests(operation, bodies));
  if (results.length > 0) test(`${name}: secrets of results`, () => ofResults(operation, results));
  test(`${name}: no secret in its address`, () => {
    for (const { name, schema } of [...operation.inPath, ...operation.inQuery])
      assert.equal([...made.secrets(schema, true, plant)].length, 0, `${route} ${name}`);
  });
}

/** @param {Operation} operation @param {unknown[]} bodies */
async function ofRequests(operation, bodies) {
  const { name, route, result } = operation;
  for (const body of bodies) {
    const parameters = { ...right(operation), body };
    const place = `${name} with ${JSON.stringify(body)}`;
    const success = () => respond(operation, result && made.full(result, false));
    const { cloud, calls, seen } = watched([success]);
    /** @param {unknown} body */
    const build = (body) => /** @type {any} */ (cloud).buildRequest(route, ofRoute(operation, { ...parameters, body }));
    const built = build(body);
    assert.ok(
      marks.some((mark) => built.body.includes(mark)),
      `${place}: it is planted`,
    );
    assertHidden(`${built.toCurl()} ${JSON.stringify(built)} ${inspect(built)}`, `the built ${place}`);
    await callMethod(cloud, operation, parameters);
    assert.ok(
      marks.some((mark) => calls[0]?.init.body.includes(mark)),
      "it is sent",
    );
    // Wrong values, which an issue may quote; and a property that may be a misspelt secret.
    for (const wrong of [
      wrapped(body, (text) => [text]),
      wrapped(body, (text) => ({ [text]: text })),
      { .../** @type {object} */ (body), noSuchProperty: PLANTED },
    ]) {
      const error = thrown(() => build(wrong));
      assert.ok(error instanceof RequestValidationError, `${place}: ${JSON.stringify(wrong)}: ${error}`);
      assertHidden(`${shown(error)} ${JSON.stringify(error.issues)}`, `the refusal of ${place}`);
    }
    assertHidden(seen.join("\n"), `the log of ${place}`);
    // A service, a proxy or the runtime quotes its input.
    const text = String(calls[0]?.init.body);
    const headers = { "x-echo": encodeURIComponent(text) };
    for (const answer of [
      () => json({ status: 400, error: `BAD_REQUEST: not ${text}`, requestId: "r-1" }, { status: 400, headers }),
      () => new Response(`<html>${text}</html>`, { status: 502, headers: { "content-type": "text/html" } }),
      () => new TypeError(`fetch failed for ${text}`, { cause: new Error(text) }),
    ]) {
      const { cloud, seen } = watched([answer]);
      const error = await rejection(callMethod(cloud, operation, parameters));
      assert.ok(error instanceof CloudError, `${place}: ${error}`);
      assertHidden(shown(error), `${error.name} of ${place}`);
      assertHidden(seen.join("\n"), `the log of ${error.name} of ${place}`);
    }
  }
}

/** @param {Operation} operation @param {unknown[]} results */
async function ofResults(operation, results) {
  const parameters = right(operation);
  for (const result of results) {
    const place = `${operation.name} with ${JSON.stringify(result)}`;
    const whole = JSON.stringify({ status: operation.status, requestId: "r-1", result });
    const { cloud, seen } = watched([() => respond(operation, result)]);
    assert.deepEqual(await callMethod(cloud, operation, parameters), result);
    assertHidden(seen.join("\n"), `the log of ${place}`);
    for (const broken of [
      () =>
        respond(
          operation,
          wrapped(result, (text) => [text]),
        ),
      () =>
        respond(
          operation,
          wrapped(result, (text) => ({ [text]: { text } })),
        ),
      () => respond(operation, [[result]]),
      () => new Response(whole.slice(0, -1), { status: operation.status }),
    ]) {
      const { cloud, seen } = watched([broken]);
      const error = await rejection(callMethod(cloud, operation, parameters));
      assert.ok(error instanceof ResponseValidationError, `${place}: ${error}`);
      assertHidden(shown(error), `${error.name} of ${place}`);
      assertHidden(seen.join("\n"), `the log of ${error.name} of ${place}`);
    }
  }
}

test("secrets are planted in every kind of place", () => {
  assert.ok(planted.requests >= 40 && planted.results >= 10, JSON.stringify(planted));
});
