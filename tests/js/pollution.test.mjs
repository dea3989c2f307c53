// @ts-check
// A polluted Object.prototype changes no call: requests, results and errors are the same, whatever other code has added to it.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { CloudClient, doubleSha1Hash, generatePassword, hashPassword, RateLimiter, schemas } from "clickhouse-cloud";
import { createProxy, toNodeListener } from "clickhouse-cloud/proxy";
import { Sandbox } from "clickhouse-cloud/sandbox";
import { ID, keys, service } from "./support.mjs";

/** Every name in the package's sources, including those of getters and options, and the keys of property descriptors. */
function namesOfSources() {
  const root = fileURLToPath(new URL("../../", import.meta.url));
  const names = new Set(["get", "set", "value", "writable", "enumerable", "configurable", "0", "1", "7"]);
  const folders = ["js", "js/bindings", "js/proxy", "js/runtime", "src/bindings", "src/bindings/sandbox"];
  for (const folder of folders) {
    for (const file of readdirSync(root + folder)) {
      if (!/\.(?:js|rs)$/.test(file)) continue;
      const text = readFileSync(`${root}${folder}/${file}`, "utf8").replace(/^\s*(?:\/\/|\*|\/\*\*).*$/gm, "");
      for (const [, one, two, three] of text.matchAll(/\.(\w+)|\b(\w+)\s*[:,}?]|"([\w-]+)"/g)) names.add(one ?? two ?? three ?? "");
    }
  }
  // Those that Object.prototype has anyway.
  return [...names].filter((name) => name !== "" && !(name in Object.prototype));
}

/** @param {unknown} error */
const told = (error) => (error instanceof Error ? { text: String(error), own: Object.entries(error) } : { thrown: error });
/** @param {() => unknown} run */
async function outcome(run) {
  try {
    return { value: await run() };
  } catch (error) {
    return told(error);
  }
}

const route = "GET /v1/organizations/{organizationId}/services/{serviceId}";
/** @type {any} */
const body = { name: "events", provider: "aws", region: "eu-west-1", ipAccessList: [{ source: "1.2.3.4" }] };

const text = JSON.stringify(body);

/** Backoff is drawn: each journey draws the same. */
let drawn = 0;
crypto.getRandomValues = (/** @type {any} */ bytes) => {
  for (let index = 0; index < bytes.length; index += 1) bytes[index] = drawn = (drawn * 5 + 89) % 251;
  return bytes;
};

/** What is like a response, and asks nothing of the host's own classes, which a polluted Object.prototype breaks. @param {unknown} body */
function double(body, status = 200) {
  const text = JSON.stringify(body);
  return () => Object.assign(Object.create(null), { status, headers: new Headers({ "x-a": "b" }), text: async () => text });
}
/** @param {unknown} result */
const success = (result) => double({ status: 200, requestId: "r-1", result });
const responses = {
  unavailable: double({ error: "UNAVAILABLE: later" }, 503),
  missing: double({ status: 404, error: "NOT_FOUND: no backup", requestId: "r-2" }, 404),
  empty: success({}),
  created: success({ service, password: "shown once" }),
  service: success(service),
  organizations: success([{ id: ID }]),
  services: success([service, { id: 7 }]),
};

/** All that the client does. */
async function ofClient() {
  drawn = 0;
  /** @type {unknown[]} */
  const seen = [];
  let now = 0;
  const own = {
    now: () => now,
    sleep: (/** @type {number} */ ms) => (ms < 30_000 ? Promise.resolve(void (now += ms)) : new Promise(() => {})),
  };
  let refused = false;
  /** @type {any} */
  const fetch = async (/** @type {string} */ url, /** @type {any} */ init) => {
    const { signal, ...rest } = init;
    seen.push([url, Object.entries(rest), signal.aborted]);
    // Read as a host reads it.
    for (const name of ["body", "credentials", "integrity", "window", "duplex"]) seen.push(init[name]);
    if (url.includes("backups") && !refused) return ((refused = true), responses.unavailable());
    if (url.includes("backups")) return responses.missing();
    if (url.endsWith("password")) return responses.empty();
    if (init.method === "POST") return responses.created();
    return (url.endsWith(ID) ? responses.service : url.endsWith("organizations") ? responses.organizations : responses.services)();
  };
  const note = (/** @type {string} */ name) => (/** @type {unknown} */ event) =>
    void seen.push([name, Object.entries(/** @type {object} */ (event))]);
  const hooks = { onRequest: note("request"), onResponse: note("response"), onRetry: note("retry") };
  const log = (/** @type {string} */ line) => void seen.push(line);
  const logger = { error: log, warn: log, info: log, debug: log };
  const cloud = new CloudClient({ ...keys, clock: own, retryBudgetMs: 60_000, fetch, logger, logLevel: "debug", ...hooks });
  const { services } = cloud;
  const call = async (/** @type {any} */ promise) => {
    seen.push(
      await outcome(async () => {
        const { data, headers, ...rest } = await promise.withResponse();
        return { data, headers: Object.entries(headers), ...rest };
      }),
    );
  };
  await call(services.get(ID));
  await call(services.get(ID, {}));
  await call(services.list());
  await call(services.list({ filter: ["tag:a"] }, { headers: { a: "b" } }));
  await call(services.create(body));
  await call(services.create(/** @type {any} */ ({})));
  await call(services.update(ID, { name: "other" }));
  await call(services.setPassword(ID, "abc"));
  await call(cloud.backups.get(ID, ID));
  await call(cloud.backups.get(ID, ID));
  await call(cloud.organizations.list());
  await call(cloud.request(route, { path: { serviceId: ID } }));
  await call(cloud.request(/** @type {any} */ ("GET /nowhere")));
  await call(services.get(ID, /** @type {any} */ ({ timeout: 1 })));
  await call(services.get("not an id"));
  const { method, url, headers, body: text } = cloud.buildRequest(route, { path: { serviceId: ID } });
  seen.push(method, url, Object.entries(headers), text, cloud.buildRequest(route, { path: { serviceId: ID } }).toCurl());
  for (const run of [
    () => services.waitFor(ID, "running"),
    () => services.waitFor(ID, ["running", "stopped"], { pollIntervalMs: 1, onProgress: note("progress") }),
    () => services.createAndWait(body, { onCreated: note("created") }),
    () => services.createAndWait(body),
    () => services.ensureRunning(ID),
    () => new CloudClient(/** @type {any} */ ({ keyIdd: "a" })),
    () => new CloudClient({ keyId: "a" }),
    () => new RateLimiter().requests,
    () => new RateLimiter({ requests: 3 }).perMs,
    () => [hashPassword("abc"), doubleSha1Hash("abc"), generatePassword().length],
    () => hashPassword(/** @type {any} */ ({})),
  ])
    seen.push(await outcome(run));
  for (const value of [body, {}, { ...body, name: 7 }, [], 7n, undefined, { name: NaN }]) {
    const result = /** @type {any} */ (schemas.CreateServiceBody["~standard"].validate(value));
    seen.push(result.issues, Object.entries(result));
  }
  return seen;
}

/** The life of a service on the sandbox, with its responses. */
async function ofSandbox() {
  const sandbox = new Sandbox({ seed: 3, timeScale: 1_000 });
  const cloud = new CloudClient({ ...sandbox.clientOptions, logLevel: "off" });
  const {
    service: { id },
    password,
  } = await cloud.services.create(body);
  sandbox.inject({ fault: "drop-before" });
  const listed = await cloud.services.list();
  const init = { method: "POST", headers: { authorization: "Basic x" }, body: "{}" };
  const direct = await sandbox.fetch("https://api.clickhouse.cloud/v1/organizations", init);
  const { organization, services } = sandbox.state();
  return [
    listed.length,
    sandbox.verifyPassword(id, password),
    organization,
    services.length,
    Sandbox.faults().length,
    sandbox.ledger().map(({ method, status, operation, fault }) => [method, status, operation, fault].join()),
    [direct.status, direct.statusText, ...direct.headers.keys()],
    await outcome(() => sandbox.inject(/** @type {any} */ ({}))),
    await outcome(() => new Sandbox(/** @type {any} */ ({ keys: [{}] }))),
  ];
}

/** The responses of the proxy. */
async function ofProxy() {
  const fetch = async () => responses.service();
  /** @type {any} */
  const options = { ...keys, fetch, allow: ["services.get", "services.create"], authorize: () => true, logLevel: "off" };
  const proxy = createProxy(options);
  const barred = createProxy({ ...options, authorize: () => ({ status: 401 }) });
  const at = `http://localhost/v1/organizations/${ID}/services`;
  const post = { method: "POST", headers: { "content-type": "application/json" }, body: text };
  const seen = [
    await outcome(() => createProxy(/** @type {any} */ ({ allow: [] }))),
    await outcome(() => createProxy({ ...options, keyId: undefined, keySecret: undefined })),
  ];
  for (const [handler, path, init] of /** @type {[any, string, any][]} */ ([
    [proxy, `${at}/${ID}`, undefined],
    [proxy, at, post],
    [proxy, at, undefined],
    [barred, at, post],
    [proxy, "http://localhost/x", undefined],
  ])) {
    const response = await handler(new Request(path, Object.assign(Object.create(null), init)));
    seen.push(
      /** @type {any} */ ([
        response.status,
        response.statusText,
        [...response.headers],
        (await response.text()).replace(/[\da-f-]{36}/g, "id"),
      ]),
    );
  }
  seen.push(/** @type {any} */ (typeof toNodeListener(proxy)));
  return seen;
}

/** Classes of the runtime that the sandbox and the proxy use. */
async function ofHost() {
  const bare = (/** @type {object} */ own) => Object.assign(Object.create(null), own);
  const { signal } = new AbortController();
  const requests = [
    new Request("http://localhost/", bare({ signal })),
    new Request("http://localhost/", bare({ method: "POST", body: "{}", headers: { a: "b" }, signal })),
    new Request("http://localhost/", bare({ method: "POST", body: new Uint8Array([1]), duplex: "half" })),
  ];
  const texts = await Promise.all(
    [...requests, new Response("x", bare({ status: 201 })), new Response(new Uint8Array([65]))].map((one) => one.text()),
  );
  const [status, empty] = [
    new Response(null, bare({ status: 204, headers: { a: "b" } })),
    new Response(null, bare({ status: 200, headers: new Headers() })),
  ];
  return [
    texts,
    requests.map(({ method, headers, signal }) => [method, [...headers], signal.aborted]),
    [...status.headers],
    empty.statusText,
  ];
}

/** What differs each time. @param {unknown} seen */
const steady = (seen) =>
  JSON.stringify(seen, (key, value) =>
    ["createdAt", "elapsedMs", "waitedMs", "afterMs", "waitMs"].includes(key) ? 0 : value === undefined ? null : value,
  )
    .replace(/"(waitMs|elapsedMs|durationMs)",[\d.]+/g, '"$1",0')
    .replace(/(again in|within|after) \d+ m?s/g, "$1");

/**
 * The outcome of a program while these names are polluted.
 *
 * @param {string[]} names
 * @param {unknown} value
 * @param {() => Promise<unknown>} program
 */
async function polluted(names, value, program) {
  const prototype = /** @type {any} */ (Object.prototype);
  for (const name of names) prototype[name] = value;
  try {
    return await program().then((seen) => [seen], told);
  } finally {
    for (const name of names) delete prototype[name];
  }
}

/**
 * The names by which a program becomes another one.
 *
 * @param {string[]} names
 * @param {unknown} value
 * @param {() => Promise<unknown>} program
 * @param {string} clean
 * @returns {Promise<string[]>}
 */
async function changing(names, value, program, clean) {
  if (steady(await polluted(names, value, program)) === clean) return [];
  if (names.length < 2) return names;
  const middle = Math.ceil(names.length / 2);
  return [
    ...(await changing(names.slice(0, middle), value, program, clean)),
    ...(await changing(names.slice(middle), value, program, clean)),
  ];
}

/** The language itself asks any object for these: each `await` for a `then`, each destructuring of a list for a `return`. */
const OF_THE_LANGUAGE = new Set(["then", "return"]);
const names = namesOfSources().filter((name) => !OF_THE_LANGUAGE.has(name));
/** What other code may put there: data; and functions, which are read as options and hooks. @type {[string, unknown][]} */
const values = [
  ["a text", "services.stopAndDelete"],
  ["a number", 1],
  ["true", true],
  ["an object", { a: 1 }],
  ["a function", () => 7],
];

/** Node's test runner reports the test before; its streams would break, too. */
const quiet = () => new Promise((resolve) => setTimeout(resolve, 100));

test("the names are those that the package reads", () => {
  for (const name of [
    "helper",
    "body",
    "path",
    "query",
    "signal",
    "headers",
    "timeoutMs",
    "fetch",
    "clock",
    "value",
    "done",
    "data",
    "status",
    "get",
    "set",
    "toJSON",
  ]) {
    assert.ok(names.includes(name), name);
  }
});

for (const [what, value] of values) {
  test(`a polluted Object.prototype changes no call of the client: ${what}`, async () => {
    await quiet();
    const clean = steady([await ofClient()]);
    assert.equal(steady([await ofClient()]), clean);
    assert.deepEqual(await changing(names, value, ofClient, clean), []);
  });

  test(`nor of the sandbox and the proxy, but where the host's own classes are broken by it: ${what}`, async () => {
    await quiet();
    const broken = await changing(names, value, ofHost, steady([await ofHost()]));
    assert.ok(broken.length < 20, String(broken));
    const rest = names.filter((name) => !broken.includes(name));
    for (const program of [ofSandbox, ofProxy])
      assert.deepEqual(await changing(rest, value, program, steady([await program()])), [], program.name);
  });
}
