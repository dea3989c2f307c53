// @ts-check
// One call: its promise, its response, and its fetch.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import {
  CloudClient,
  ConfigurationError,
  ConnectionError,
  NotFoundError,
  RequestValidationError,
  ResponseValidationError,
} from "clickhouse-cloud";
import { ID, json, keys, rejection, scripted, SECRET, service, sleep, success, thrown, within } from "./support.mjs";

test("withResponse brings the response", async () => {
  const { cloud } = scripted([json({ status: 200, requestId: "r-1", result: [service] }, { headers: { "X-Own": "y" } })]);
  const promise = cloud.services.list();
  const full = await promise.withResponse();
  assert.deepEqual(await promise, [service]);
  assert.deepEqual(
    { ...full, headers: full.headers["x-own"] },
    { data: [service], status: 200, headers: "y", requestId: "r-1", attempts: 1 },
  );
});

test("headers come as they were sent: empty, with colons, beyond ASCII, with names that objects have", async () => {
  /** @type {[string, string][]} */
  const sent = [
    ["x-empty", ""],
    ["x-colons", "a: b: c"],
    ["x-umlaut", "ü"],
    ["__proto__", "own"],
    ["constructor", "own"],
  ];
  const { cloud } = scripted([() => ({ status: 200, headers: sent, text: async () => JSON.stringify({ status: 200, result: [] }) })]);
  const { headers } = await cloud.services.list().withResponse();
  assert.deepEqual(Object.entries(headers), sent);
  assert.equal(Object.getPrototypeOf(headers), Object.prototype);
  // Those of a failed call too.
  const failing = scripted([() => ({ status: 404, headers: sent, text: async () => "" })]);
  assert.deepEqual(Object.entries((await rejection(failing.cloud.services.get(ID))).headers), sent);
});

test("a chunk of a class that reports another length is read as long as it is", async () => {
  class Longer extends Uint8Array {
    get length() {
      return 1_000_000;
    }
    get byteLength() {
      return 1_000_000;
    }
  }
  const bytes = new TextEncoder().encode(JSON.stringify({ status: 200, result: service }));
  const body = new ReadableStream({
    start(controller) {
      controller.enqueue(new Longer(bytes));
      controller.close();
    },
  });
  const { cloud } = scripted([() => ({ status: 200, headers: {}, body })]);
  assert.deepEqual(await cloud.services.get(ID), service);
});

test("a promise like any other", async () => {
  const { cloud, calls } = scripted([success([service])]);
  const promise = cloud.services.list();
  assert.ok(promise instanceof Promise);
  assert.deepEqual(await promise, await promise);
  assert.equal(calls.length, 1, "awaiting twice sends once");
  let ended = 0;
  assert.deepEqual(
    await promise.finally(() => {
      ended += 1;
    }),
    [service],
  );
  assert.equal(ended, 1);
  assert.equal(await promise.then((list) => list.length), 1);
  assert.deepEqual(await Promise.all([promise, cloud.services.list()]), [[service], [service]]);
  assert.deepEqual(await Promise.race([promise, sleep(1_000)]), [service]);
  assert.deepEqual((await Promise.allSettled([promise]))[0]?.status, "fulfilled");
  assert.deepEqual(await Promise.resolve(promise), [service]);
  assert.deepEqual(await (async () => promise)(), [service]);
  assert.ok(!("withResponse" in promise.then(() => 1)), "what follows is a plain promise");
});

test("a rejection can be handled in every way, and only an unhandled one is reported", () => {
  const program = `
    import { CloudClient } from "clickhouse-cloud";
    const reported = [];
    process.on("unhandledRejection", (error) => reported.push(error.name));
    const fetch = async () => new Response("{}", { status: 404 });
    const cloud = new CloudClient({ keyId: "a", keySecret: "b", organizationId: "${ID}", rateLimit: false, fetch });
    const get = () => cloud.services.get("${ID}");
    get().catch(() => {});
    get().then(() => {}, () => {});
    get().withResponse().catch(() => {});
    get().finally(() => {}).catch(() => {});
    Promise.all([get()]).catch(() => {});
    Promise.allSettled([get(), get()]);
    try { await get(); } catch {}
    cloud.services.get("x").catch(() => {});
    cloud.services.waitFor("x", "running").catch(() => {});
    cloud.request("GET /nowhere").catch(() => {});
    await new Promise((resolve) => setTimeout(resolve, 50));
    const before = reported.length;
    get();
    await new Promise((resolve) => setTimeout(resolve, 50));
    console.log(JSON.stringify([before, reported]));
  `;
  const output = execFileSync(process.execPath, ["--input-type=module", "-e", program], {
    encoding: "utf8",
    cwd: new URL(".", import.meta.url),
  });
  assert.deepEqual(JSON.parse(output), [0, ["NotFoundError"]]);
});

test("fetch is called with an address and plain headers", async () => {
  const { cloud, calls } = scripted([success(service)]);
  await cloud.services.update(ID, { name: "new" });
  const [call] = calls;
  assert.equal(call?.args.length, 2);
  assert.equal(call?.url, `https://api.clickhouse.cloud/v1/organizations/${ID}/services/${ID}`);
  const { headers, method, body, redirect, signal, ...rest } = call?.init ?? {};
  assert.equal(Object.getPrototypeOf(headers), Object.prototype);
  // New for each attempt, since an update is not safe to repeat.
  const { "idempotency-key": key, ...others } = headers;
  assert.match(key, /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  assert.deepEqual(others, {
    accept: "application/json",
    "content-type": "application/json",
    authorization: `Basic ${Buffer.from(`key:${SECRET}`).toString("base64")}`,
  });
  assert.deepEqual([method, body, redirect, rest], ["PATCH", '{"name":"new"}', "manual", { cache: "no-store" }]);
  assert.ok(signal instanceof AbortSignal && !signal.aborted);
});

test("the host's fetch is looked up at each call", async () => {
  const original = globalThis.fetch;
  const cloud = new CloudClient({ ...keys, rateLimit: false });
  try {
    globalThis.fetch = /** @type {any} */ (async () => success([service]));
    assert.deepEqual(await cloud.services.list(), [service]);
  } finally {
    globalThis.fetch = original;
  }
});

test("what an own fetch throws goes back as it is", async () => {
  class Mine extends Error {}
  for (const error of [new Mine("x"), Object.assign(new Error("y"), { name: "Oops" })]) {
    const { cloud, calls } = scripted([error], { retryBudgetMs: 60_000 });
    assert.equal(await rejection(cloud.services.list()), error);
    assert.equal(calls.length, 1);
  }
  const { cloud } = scripted([
    () => {
      throw "a string";
    },
  ]);
  assert.equal(await rejection(cloud.services.list()), "a string");
});

test("an own fetch that throws at once rejects the call", async () => {
  const error = new RangeError("at once");
  const cloud = new CloudClient({
    ...keys,
    fetch: () => {
      throw error;
    },
  });
  assert.equal(await rejection(cloud.services.list()), error);
});

test("an own fetch that resolves with something else is named", async () => {
  for (const value of [undefined, null, 7, "x", {}, { status: 200 }, { status: 200, headers: {} }]) {
    const { cloud } = scripted([() => value]);
    assert.match((await within(rejection(cloud.services.list()))).message, /fetch/, JSON.stringify(value));
  }
});

test("a creation whose fetch resolves with no response may have been made", async () => {
  for (const [value, kind] of /** @type {[unknown, string][]} */ ([
    [undefined, "undefined"],
    [null, "null"],
    ["x", "string"],
    [{ status: "200" }, "an object without a status"],
    [Response.error(), "a network error"],
  ])) {
    const { cloud, calls } = scripted([() => value], { retryBudgetMs: 60_000 });
    const error = await within(rejection(cloud.services.create({ name: "a", provider: "aws", region: "eu-west-1", ipAccessList: [] })));
    assert.ok(error instanceof ConnectionError && error.ambiguous, String(error));
    assert.ok(error.message.startsWith("services.create: no response: ") && error.message.includes(kind), error.message);
    assert.equal(calls.length, 1, kind);
  }
});

test("response-like objects without a stream are read", async () => {
  const bytes = new TextEncoder().encode(JSON.stringify([service]));
  const base = { status: 200, headers: new Headers({ a: "b" }) };
  for (const like of [
    { ...base, arrayBuffer: async () => bytes.buffer },
    { ...base, text: async () => JSON.stringify([service]) },
    { ...base, body: null, text: async () => JSON.stringify([service]) },
    { ...base, body: undefined, json: async () => [service], text: async () => JSON.stringify([service]) },
  ]) {
    const { cloud } = scripted([() => like]);
    assert.deepEqual(await within(cloud.services.list()), [service]);
  }
});

test("a body that cannot be read ends the call", async () => {
  const read = json([service]);
  await read.text();
  const locked = json([service]);
  locked.body?.getReader();
  const node = { status: 200, headers: new Headers(), body: { on() {}, pipe() {} }, text: async () => JSON.stringify([service]) };
  for (const [name, response] of Object.entries({
    read,
    locked,
    node,
    text: { ...node, body: "text" },
    empty: { ...node, body: undefined, text: undefined },
  })) {
    const { cloud } = scripted([() => response]);
    const ended = await within(
      cloud.services.list().then(
        () => "read",
        () => "rejected",
      ),
    ).catch((error) => error.message);
    assert.ok(["read", "rejected"].includes(ended), `${name}: ${ended}`);
  }
});

test("a body that breaks off is a connection error", async () => {
  const body = () =>
    new ReadableStream({
      start(controller) {
        controller.enqueue(new Uint8Array([91]));
        controller.error(new TypeError("terminated"));
      },
    });
  const { cloud } = scripted([() => new Response(body())]);
  assert.ok((await rejection(cloud.services.list())) instanceof ConnectionError);
});

test("a body that is too long is refused, told or not", async () => {
  let cancelled = false;
  const endless = () =>
    new ReadableStream({
      pull(controller) {
        controller.enqueue(new Uint8Array(1_000));
      },
      cancel() {
        cancelled = true;
      },
    });
  for (const make of [() => new Response(endless()), () => new Response("[]", { headers: { "content-length": "5000" } })]) {
    const { cloud, calls } = scripted([make], { maxBodyBytes: 4_096, retryBudgetMs: 10_000 });
    assert.match((await within(rejection(cloud.services.list()))).message, /maxBodyBytes, 4096 bytes/);
    assert.equal(calls.length, 1);
  }
  assert.ok(cancelled);
  const exact = JSON.stringify([service]);
  assert.deepEqual(await scripted([new Response(exact)], { maxBodyBytes: exact.length }).cloud.services.list(), [service]);
});

test("a byte order mark and lone surrogates", async () => {
  assert.deepEqual(await scripted([new Response(`\uFEFF${JSON.stringify([service])}`)]).cloud.services.list(), [service]);
  const odd = { ...service, name: "a\uD800b" };
  assert.deepEqual(await scripted([success([odd])]).cloud.services.list(), [odd]);
  const { cloud, calls } = scripted([success(service)]);
  await cloud.services.update(ID, { name: "a\uD800b" });
  assert.equal(JSON.parse(calls[0]?.init.body).name, "a\uD800b");
  await cloud.services.setPassword(ID, "\uD800");
  await cloud.services.list({ filter: ["tag:\uD800"] }).catch(() => {});
});

test("requests by route", async () => {
  const { cloud, calls } = scripted([success([service])]);
  assert.deepEqual(await cloud.request("GET /v1/organizations/{organizationId}/services", { query: { filter: ["tag:a=b", "tag:c"] } }), [
    service,
  ]);
  assert.ok(calls[0]?.url.endsWith(`/v1/organizations/${ID}/services?filter=tag%3Aa%3Db&filter=tag%3Ac`), calls[0]?.url);
  const request = /** @type {any} */ (cloud.request.bind(cloud));
  assert.match((await rejection(request("GET /v1/organization"))).message, /did you mean "GET \/v1\/organizations"\?/);
  assert.ok((await rejection(request(7))) instanceof ConfigurationError);
  assert.ok((await rejection(request("GET /v1/organizations", { path: 7 }))) instanceof RequestValidationError);
  assert.ok((await rejection(request("GET /v1/organizations", { paht: {} }))) instanceof ConfigurationError);
  assert.equal(calls.length, 1);
});

test("arguments that no JSON can hold are refused", async () => {
  const { cloud, calls } = scripted([success(service)]);
  /** @type {any} */
  const circle = { name: "x" };
  circle.self = circle;
  for (const body of [circle, { name: 1n }, () => {}, Symbol("x"), undefined, null]) {
    assert.ok((await rejection(cloud.services.update(ID, /** @type {any} */ (body)))) instanceof RequestValidationError);
  }
  for (const id of [undefined, null, 7, {}, [], [ID], "../x", 1n, Symbol("x")]) {
    const error = await rejection(cloud.services.get(/** @type {any} */ (id)));
    assert.ok(error instanceof RequestValidationError, `${String(id)}: ${error}`);
    assert.deepEqual(error.issues[0]?.path, ["path", "serviceId"]);
  }
  assert.equal(calls.length, 0);
});

test("a request is built without being sent", async () => {
  const { cloud, calls } = scripted([success(service)]);
  const built = cloud.buildRequest("PATCH /v1/organizations/{organizationId}/services/{serviceId}", {
    path: { serviceId: ID },
    body: { name: "x" },
  });
  assert.deepEqual([built.method, built.body], ["PATCH", '{"name":"x"}']);
  assert.ok(!JSON.stringify(built).includes("Basic") && !built.toCurl().includes(Buffer.from(SECRET).toString("base64")));
  const request = new Request(built.url, built);
  assert.deepEqual(
    [request.method, await request.text(), request.headers.get("content-type")],
    ["PATCH", '{"name":"x"}', "application/json"],
  );
  assert.match(request.headers.get("authorization") ?? "", /^Basic /);
  assert.equal(calls.length, 0);
  assert.ok(
    thrown(() => cloud.buildRequest("GET /v1/organizations/{organizationId}/services/{serviceId}", { path: { serviceId: "x" } })) instanceof
      RequestValidationError,
  );
  const unknown = new CloudClient({ keyId: "a", keySecret: "b" });
  assert.ok(thrown(() => unknown.buildRequest("GET /v1/organizations/{organizationId}/services")) instanceof ConfigurationError);
});

test("unknown properties and values survive", async () => {
  const odd = { ...service, state: "hibernating", brandNew: { deep: [1] } };
  assert.deepEqual(await scripted([json(odd)]).cloud.services.get(ID), odd, "bare");
  assert.deepEqual(await scripted([success(odd)]).cloud.services.get(ID), odd, "enveloped");
});

test("a delete without a body, and one that finds nothing", async () => {
  assert.equal(await scripted([new Response(null, { status: 204 })]).cloud.services.delete(ID), undefined);
  assert.ok((await rejection(scripted([json({}, { status: 404 })]).cloud.services.delete(ID))) instanceof NotFoundError);
});

test("validateResponses", async () => {
  const bad = success([{ name: "no id" }]);
  assert.ok((await rejection(scripted([bad]).cloud.services.list())) instanceof ResponseValidationError);
  /** @type {string[]} */
  const lines = [];
  const logger = { error() {}, warn: (/** @type {string} */ line) => lines.push(line), info() {}, debug() {} };
  await scripted([bad], { validateResponses: "warn", logger, logLevel: "warn" }).cloud.services.list();
  assert.ok(
    lines.some((line) => line.includes("result[0].id")),
    String(lines),
  );
  assert.deepEqual(await scripted([bad], { validateResponses: "off", logger }).cloud.services.list(), [{ name: "no id" }]);
});

test("a call that needs no randomness draws none, and makes an AbortController only where fetch reads its signal", async () => {
  let reads = false;
  const { cloud } = scripted([
    (/** @type {string} */ _, /** @type {any} */ init) => (reads && init.signal.aborted ? success([]) : success(service)),
  ]);
  await cloud.services.get(ID);
  const { getRandomValues } = crypto;
  const { AbortController } = globalThis;
  const used = { random: 0, controllers: 0 };
  Object.defineProperty(crypto, "getRandomValues", {
    configurable: true,
    /** @param {any} buffer */
    value: (buffer) => {
      used.random += 1;
      return getRandomValues.call(crypto, buffer);
    },
  });
  globalThis.AbortController = class extends AbortController {
    constructor() {
      super();
      used.controllers += 1;
    }
  };
  try {
    await cloud.services.get(ID);
    assert.deepEqual(used, { random: 0, controllers: 0 });
    reads = true;
    await cloud.services.get(ID);
  } finally {
    Reflect.deleteProperty(crypto, "getRandomValues");
    globalThis.AbortController = AbortController;
  }
  assert.deepEqual(used, { random: 0, controllers: 1 });
});
