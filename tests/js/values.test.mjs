// @ts-check
// Values that are of any kind, deep, or another one each time they are read: from the caller, and from its fetch.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ConfigurationError, hashPassword, RequestValidationError, ResponseValidationError } from "clickhouse-cloud";
import { ID, rejection, scripted, service, success, thrown, within } from "./support.mjs";

/** @param {Record<string, unknown>} [options] */
const client = (options) => scripted([success([service])], { ...options, logLevel: "off" }).cloud;

test("bodies of all kinds", async () => {
  const { cloud, calls } = scripted([success(service)], { unknownProperties: "send" });
  const update = (/** @type {any} */ body) => cloud.services.update(ID, body);
  /** @type {any} */
  const circle = { name: "x" };
  circle.self = [circle];
  const deep = (/** @type {number} */ levels) => {
    /** @type {any} */
    let value = "x";
    for (let level = 0; level < levels; level += 1) value = level % 2 ? [value] : { a: value };
    return value;
  };
  class Named {
    constructor() {
      this.name = "x";
    }
  }
  for (const refused of [
    circle,
    { name: 1n },
    { name: NaN },
    { name: Infinity },
    { name: deep(10_000) },
    { name: "x", more: deep(1_000_000) },
    { name: "x".repeat(17_000_000) },
    { name: "ü".repeat(17_000_000) },
    { more: "\u0000".repeat(3_000_000) },
    new Map([["name", "x"]]),
    new Set(["name"]),
    [],
    "name",
    7,
    true,
    new Date(),
    /x/,
  ]) {
    const error = await within(rejection(update(refused)), 20_000);
    assert.ok(error instanceof RequestValidationError, `${error}`);
    assert.ok(error.message.length < 1_000 && error.issues.length === 1, error.message);
    await cloud.services.get(ID);
  }
  const sent = async (/** @type {any} */ body) => (await update(body), JSON.parse(calls.at(-1)?.init.body));
  const proto = JSON.parse('{"name":"x","__proto__":{"a":1}}');
  for (const taken of [
    proto,
    Object.freeze({ name: "x" }),
    new Named(),
    Object.assign(Object.create(null), { name: "x" }),
    { name: "a\uD800b" },
    { name: "x", more: deep(50) },
  ]) {
    assert.deepEqual(await sent(taken), JSON.parse(JSON.stringify(taken)));
  }
  assert.equal(/** @type {any} */ ({}).a, undefined);
});

test("answers that nest deeper than any stack", async () => {
  const nested = (/** @type {number} */ levels) => `${'{"a":['.repeat(levels)}${"]}".repeat(levels)}`;
  for (const text of [nested(100_000), "[".repeat(1_000_000), `[${nested(1_000)}]`]) {
    for (const validateResponses of ["error", "warn", "off"]) {
      const { cloud } = scripted([() => new Response(text)], { validateResponses });
      const ended = await within(
        Promise.resolve(cloud.services.list()).catch((error) => error),
        20_000,
      );
      assert.ok(ended instanceof ResponseValidationError || validateResponses !== "error", String(ended));
    }
  }
  assert.deepEqual(await client().services.list(), [service]);
});

test("responses that say something else each time", async () => {
  for (const [first, later] of /** @type {[number, unknown][]} */ ([
    [200, Symbol("x")],
    [200, 7n],
    [200, undefined],
    [200, {}],
  ])) {
    let read = 0;
    const like = {
      get status() {
        return read++ ? later : first;
      },
      headers: new Headers(),
      text: async () => "[]",
    };
    const cloud = client({ fetch: async () => like });
    await within(Promise.resolve(cloud.services.list()).catch(() => {}));
  }
  let read = 0;
  const real = () =>
    Object.defineProperty(new Response("[]"), "status", {
      get: () => {
        if (++read > 2) throw new Error("mine");
        return 200;
      },
    });
  await within(Promise.resolve(client({ fetch: async () => real() }).services.list()).catch(() => {}));
  assert.deepEqual(await client().services.list(), [service]);
});

test("bodies whose reading cannot be ended", async () => {
  for (const cancel of [
    () => {
      throw new Error("mine");
    },
    () => undefined,
    () => Promise.reject(new Error("mine")),
    undefined,
  ]) {
    const reader = { read: () => new Promise(() => {}), cancel };
    const cloud = client({ timeoutMs: 1, fetch: async () => ({ status: 200, headers: new Headers(), body: { getReader: () => reader } }) });
    assert.equal((await within(rejection(cloud.services.list()))).name, "TimeoutError");
  }
});

test("passwords whose bytes are no longer there, or lie", async () => {
  const cloud = client();
  const gone = new Uint8Array(3);
  structuredClone(gone, { transfer: [gone.buffer] });
  assert.ok((await rejection(cloud.services.setPassword(ID, gone))) instanceof RequestValidationError);
  assert.ok(thrown(() => hashPassword(gone)) instanceof ConfigurationError);
  class Liar extends Uint8Array {
    get length() {
      return 2 ** 31;
    }
  }
  assert.equal(hashPassword(new Liar([97, 98, 99])), hashPassword("abc"));
});
