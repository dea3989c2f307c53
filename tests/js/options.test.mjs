// @ts-check
// The options of the constructor: which are refused, and with which messages.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { runInNewContext } from "node:vm";
import {
  CloudClient,
  ConfigurationError,
  RateLimiter,
  RequestValidationError,
  generatePassword,
  hashPassword,
  schemas,
} from "clickhouse-cloud";
import { createProxy } from "clickhouse-cloud/proxy";
import { Sandbox } from "clickhouse-cloud/sandbox";
import { ID, SECRET, json, keys, rejection, scripted, service, success, thrown } from "./support.mjs";

/** @param {any} options */
const refused = (options) => {
  const error = thrown(() => new CloudClient(options));
  assert.ok(error instanceof ConfigurationError, String(error));
  assert.ok(error.message.startsWith("new CloudClient"), error.message);
  assert.ok(!error.message.includes(SECRET), error.message);
  return error.message;
};

test("unknown names are told the nearest", () => {
  assert.match(refused({ ...keys, timeoutMS: 1 }), /unknown option timeoutMS: did you mean timeoutMs\?/);
  assert.match(refused({ ...keys, organisationId: ID }), /did you mean organizationId\?/);
  assert.match(refused({ ...keys, zzz: 1 }), /known are keyId/);
});

test("values of the wrong kind", () => {
  for (const [name, value] of [
    ["keyId", 7],
    ["keySecret", [SECRET]],
    ["organizationId", "x"],
    ["organizationId", 7],
    ["baseUrl", 7],
    ["baseUrl", "not an address"],
    ["baseUrl", "/api"],
    ["baseUrl", "ftp://x"],
    ["baseUrl", "https://u:p@x"],
    ["baseUrl", "https://x?y"],
    ["timeoutMs", 0],
    ["timeoutMs", "1"],
    ["timeoutMs", NaN],
    ["retryBudgetMs", -1],
    ["retryBudgetMs", Infinity],
    ["maxBodyBytes", 0],
    ["fetch", {}],
    ["clock", {}],
    ["clock", { now: 1, sleep: 2 }],
    ["headers", "x"],
    ["headers", { "a b": "c" }],
    ["headers", { a: "b\nc" }],
    ["headers", { a: "ü" }],
    ["logger", {}],
    ["logLevel", "loud"],
    ["validateRequests", "log"],
    ["allowHttp", 1],
    ["validateResponses", true],
    ["unknownProperties", "drop"],
    ["rateLimit", true],
    ["rateLimit", {}],
    ["rateLimit", { requests: 0, perMs: 1 }],
    ["rateLimit", { requests: 1.5, perMs: 1 }],
    ["dangerouslyAllowBrowser", "yes"],
    ["bearerToken", "x"],
  ]) {
    refused({ ...keys, [/** @type {string} */ (name)]: value });
  }
  for (const options of [7, "x", [], () => {}, true]) refused(options);
  assert.match(refused({ ...keys, logLevel: "loud" }), /received "loud"$/);
  assert.match(refused({ ...keys, timeoutMs: "30000" }), /received a value of type string$/, "no other text is shown");
  for (const options of [{ keyId: "a" }, { keySecret: "a" }, { keyId: "a:b", keySecret: "c" }, { bearerToken: "a\nb" }]) refused(options);
});

test("undefined and null count as absent", () => {
  assert.ok(new CloudClient({ ...keys, bearerToken: undefined, timeoutMs: undefined, fetch: undefined, headers: undefined }));
  assert.ok(new CloudClient(/** @type {any} */ ({ ...keys, rateLimit: null, baseUrl: null, allowHttp: null, validateRequests: null })));
});

/** What is no plain object, and how it is told. @type {[value: any, words: RegExp][]} */
const INSTANCES = [
  [AbortSignal.abort(), /received an AbortSignal: write \{ signal \}/],
  [new AbortController(), /received an AbortController: write \{ signal: controller\.signal \}/],
  [new Headers({ "x-a": "1" }), /received a Headers: write \{ headers \}/],
  [new Map([["timeoutMs", 1]]), /received a Map/],
  [new Set(["timeoutMs"]), /received a Set/],
  [new Date(), /received a Date/],
  [new URLSearchParams("timeoutMs=1"), /received a URLSearchParams/],
  [
    new (class Own {
      timeoutMs = 1;
    })(),
    /received an instance of a class/,
  ],
  [Object.create({ timeoutMs: 1 }), /received an instance of a class/],
];

test("what is no plain object is refused wherever options stand, and nothing is sent", async () => {
  const { cloud, calls } = scripted([success([])]);
  const body = { name: "events", provider: "aws", region: "eu-west-1" };
  for (const [value, words] of INSTANCES) {
    assert.match(refused(value), words);
    for (const make of [
      () => new RateLimiter(value),
      () => generatePassword(value),
      () => new Sandbox(value),
      () => createProxy(value),
      () => new Sandbox({ faults: value }),
      () => new CloudClient({ ...keys, clock: value }),
      () => new CloudClient({ ...keys, logger: value }),
      () => cloud.buildRequest("GET /v1/organizations/{organizationId}/services", value),
    ]) {
      const error = thrown(make);
      assert.ok(error instanceof ConfigurationError, String(error));
      assert.match(error.message, words);
    }
    for (const call of [
      () => cloud.services.get(ID, value),
      () => cloud.services.list({}, value),
      () => cloud.services.list(value),
      () => cloud.services.setPassword(ID, "correct horse", value),
      () => cloud.services.start(ID, value),
      () => cloud.services.waitFor(ID, "running", value),
      () => cloud.services.createAndWait(/** @type {any} */ (body), value),
      () => cloud.services.ensureRunning(ID, value),
      () => cloud.services.stopAndDelete(ID, value),
      () => cloud.backups.waitFor(ID, ID, value),
      () => cloud.request("GET /v1/organizations", value),
      () => cloud.request("GET /v1/organizations", {}, value),
      () => cloud.request("GET /v1/organizations/{organizationId}", { path: value }),
      () => cloud.request("GET /v1/organizations/{organizationId}/services", { query: value }),
    ]) {
      const error = await rejection(call());
      assert.ok(error instanceof ConfigurationError, String(error));
      assert.match(error.message, words);
    }
  }
  assert.equal(calls.length, 0);
});

test("a body of which JSON would hold nothing is refused: empty, it would make a new password", async () => {
  const { cloud, calls } = scripted([success({})]);
  for (const [value, words] of INSTANCES.filter(([value]) => !("timeoutMs" in value) && !(value instanceof Date))) {
    const error = await rejection(cloud.services.updatePassword(ID, value));
    assert.ok(error instanceof RequestValidationError, String(error));
    assert.match(error.message, words);
  }
  assert.equal(calls.length, 0);
  // A password in its place is not shown.
  for (const body of [SECRET, 1234567]) {
    const { message } = await rejection(cloud.services.updatePassword(ID, /** @type {any} */ (body)));
    assert.match(message, /body: expected an object, received a (?:string|number)$/);
  }
  // A value with properties or its own toJSON may be of any class.
  class Body {
    newPasswordHash = hashPassword("correct horse");
  }
  const own = { toJSON: () => new Body() };
  for (const body of [new Body(), Object.create(own)]) await cloud.services.updatePassword(ID, body);
  for (const { init } of calls) assert.deepEqual(Object.keys(JSON.parse(init.body)), ["newPasswordHash"]);
  assert.equal(calls.length, 2);
});

test("plain objects of every kind are taken", async () => {
  const { cloud, calls } = scripted([success([])]);
  const headers = { "x-a": "1" };
  const realm = runInNewContext(`({ headers: { "x-a": "1" } })`);
  for (const options of [
    { headers },
    Object.assign(Object.create(null), { headers }),
    new Proxy({ headers }, {}),
    Object.freeze({ headers }),
    realm,
  ]) {
    await cloud.services.list({}, options);
    assert.equal(calls.at(-1)?.init.headers["x-a"], "1");
  }
});

test("headers that would be lost are refused", () => {
  for (const headers of [new Set(["x-a"]), ["x-a"], new Date(), AbortSignal.abort(), new (class Own {})()]) {
    assert.match(refused({ ...keys, headers }), /headers/);
  }
});

test("plain http with credentials is refused unless it is loopback, or permitted", async () => {
  const credentials = [
    keys,
    { bearerToken: SECRET },
    { headers: { Authorization: SECRET } },
    { headers: new Map([["x-api-key", SECRET]]) },
    { headers: { cookie: SECRET } },
  ];
  for (const host of ["example.com", "127.0.0.1.example.com", "localhost.example.com", "10.0.0.1", "[::2]", "0.0.0.0", "sandbox:8080"]) {
    const baseUrl = `http://${host}`;
    for (const own of credentials) {
      const message = refused({ ...own, baseUrl });
      for (const word of ["allowHttp: true", "CLICKHOUSE_CLOUD_ALLOW_HTTP=1", baseUrl]) assert.ok(message.includes(word), message);
      assert.ok(refused({ ...own, baseUrl, allowHttp: false }));
      assert.ok(new CloudClient({ ...own, baseUrl, allowHttp: true }), "permitted");
    }
    assert.ok(new CloudClient({ baseUrl, headers: { "x-trace": "1" } }), "without credentials");
  }
  for (const host of ["localhost", "localhost:8080", "LOCALHOST.", "127.0.0.1", "127.9.9.9:1", "[::1]:80", "x.localhost"]) {
    for (const own of credentials) assert.ok(new CloudClient({ ...own, baseUrl: `http://${host}/` }), host);
  }
  const fetch = async () => success([]);
  const open = new CloudClient({ baseUrl: "http://sandbox:8080", organizationId: ID, fetch, rateLimit: false });
  for (const options of [{ headers: { authorization: SECRET } }, { headers: [["Cookie", SECRET]] }]) {
    for (const call of [
      open.services.list({}, /** @type {any} */ (options)),
      open.services.stopAndDelete(ID, /** @type {any} */ (options)),
    ]) {
      const error = await rejection(call);
      assert.ok(
        error instanceof ConfigurationError && error.message.includes("allowHttp: true") && !error.message.includes(SECRET),
        String(error),
      );
    }
  }
  assert.deepEqual(await open.services.list({}, { headers: { "x-trace": "1" } }), []);
});

test("a base address with a path keeps it", async () => {
  for (const baseUrl of ["https://proxy.example/cloud", "https://proxy.example/cloud/", "https://PROXY.example:443/cloud//"]) {
    const { cloud, calls } = scripted([success([])], { baseUrl });
    await cloud.services.list();
    assert.equal(calls[0]?.url, `https://proxy.example/cloud/v1/organizations/${ID}/services`);
  }
});

const basic = (/** @type {string} */ text) => `Basic ${Buffer.from(text).toString("base64")}`;

/**
 * What a client of these options and this environment builds: the address and its credentials; or how it is refused.
 *
 * @param {Record<string, string>} env
 * @param {Record<string, unknown>} [options]
 * @returns {{ url: string, authorization: string | undefined, error: undefined } | { error: string, url?: undefined, authorization?: undefined }}
 */
function built(env, options = {}) {
  const program = `
    import { CloudClient, ConfigurationError } from "clickhouse-cloud";
    try {
      const { url, headers } = new CloudClient(${JSON.stringify(options)}).buildRequest("GET /v1/organizations/{organizationId}/services");
      console.log(JSON.stringify({ url, authorization: headers.authorization }));
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error;
      console.log(JSON.stringify({ error: error.message }));
    }
  `;
  const cwd = new URL(".", import.meta.url);
  const own = { PATH: process.env.PATH, ...env };
  return JSON.parse(execFileSync(process.execPath, ["--input-type=module", "-e", program], { encoding: "utf8", cwd, env: own }));
}

const env = {
  CLICKHOUSE_CLOUD_API_KEY: "k",
  CLICKHOUSE_CLOUD_API_SECRET: "s",
  CLICKHOUSE_ORG_ID: ID,
  CLICKHOUSE_API_URL: "http://localhost:1/x",
};

test("the environment is read where nothing is given", () => {
  const { url, authorization } = built(env);
  assert.deepEqual([url, authorization], [`http://localhost:1/x/v1/organizations/${ID}/services`, basic("k:s")]);
  assert.equal(built(env, { keyId: "a", keySecret: "b" }).authorization, basic("a:b"));
  assert.equal(built(env, { bearerToken: "t" }).authorization, "Bearer t");
  assert.match(built({ ...env, CLICKHOUSE_ORG_ID: "nonsense" }).error ?? "", /^new CloudClient: CLICKHOUSE_ORG_ID: expected a UUID/);
  assert.match(
    built({ ...env, CLICKHOUSE_API_URL: "nonsense" }).error ?? "",
    /^new CloudClient: CLICKHOUSE_API_URL must be an absolute address/,
  );
});

test("white space and a byte order mark around a variable are no part of it", () => {
  const wrapped = Object.fromEntries(Object.entries(env).map(([name, value]) => [name, `\u{feff} \t${value}\r\n`]));
  assert.deepEqual(built(wrapped), built(env));
  const plain = { ...env, CLICKHOUSE_API_URL: "http://sandbox:8080" };
  assert.match(built(plain).error ?? "", /CLICKHOUSE_CLOUD_ALLOW_HTTP=1/);
  for (const value of ["1", " 1\n", "\u{feff}1"])
    assert.equal(built({ ...plain, CLICKHOUSE_CLOUD_ALLOW_HTTP: value }).authorization, basic("k:s"));
  for (const value of ["", " ", "0", "false"]) assert.ok(built({ ...plain, CLICKHOUSE_CLOUD_ALLOW_HTTP: value }).error);
  assert.ok(built({ ...plain, CLICKHOUSE_CLOUD_ALLOW_HTTP: "1" }, { allowHttp: false }).error, "an option wins");
  // Nothing but white space is not set.
  const blank = { ...env, CLICKHOUSE_CLOUD_API_KEY: " ", CLICKHOUSE_CLOUD_API_SECRET: "\n" };
  assert.equal(built(blank).authorization, undefined);
  assert.match(built({ ...blank, CLICKHOUSE_API_URL: "\u{feff}" }).error ?? "", /no credentials/);
});

test("half of a pair, and white space inside, are named by where they stand", () => {
  assert.match(refused({ keyId: "a" }), /keyId needs a keySecret: .*CLICKHOUSE_CLOUD_API_SECRET/);
  assert.match(refused({ keySecret: SECRET }), /keySecret needs a keyId: /);
  const { CLICKHOUSE_CLOUD_API_KEY: _, ...noKey } = env;
  const { CLICKHOUSE_CLOUD_API_SECRET: __, ...noSecret } = env;
  assert.match(built(noKey).error ?? "", /CLICKHOUSE_CLOUD_API_SECRET is set, but CLICKHOUSE_CLOUD_API_KEY is not/);
  assert.match(
    built({ ...noSecret, CLICKHOUSE_CLOUD_API_SECRET: "  " }).error ?? "",
    /CLICKHOUSE_CLOUD_API_KEY is set, but CLICKHOUSE_CLOUD_API_SECRET is not/,
  );
  assert.match(
    built({ ...env, CLICKHOUSE_CLOUD_API_SECRET: "s s" }).error ?? "",
    /CLICKHOUSE_CLOUD_API_SECRET holds white space or control characters/,
  );
  for (const odd of [" ", "\n", "\r\n", "\t", "\u{feff}", "\u{0}", "\u{7f}", "\u{200b}", "\u{a0}"]) {
    for (const around of [
      (/** @type {string} */ text) => odd + text,
      (/** @type {string} */ text) => text + odd,
      (/** @type {string} */ text) => `${text.slice(0, 4)}${odd}${text.slice(4)}`,
      () => odd,
    ]) {
      for (const [name, rest] of /** @type {[string, object][]} */ ([
        ["keyId", keys],
        ["keySecret", keys],
        ["bearerToken", {}],
        ["organizationId", keys],
      ])) {
        const value = around(name === "organizationId" ? ID : SECRET);
        assert.match(refused({ ...rest, [name]: value }), new RegExp(`${name} holds white space or control characters`));
      }
    }
  }
});

test("the service's own address is of no use without credentials", async () => {
  for (const [options, variables] of /** @type {[any, Record<string, string>][]} */ ([
    [undefined, {}],
    [{}, {}],
    [{ timeoutMs: 1 }, { CLICKHOUSE_API_URL: " " }],
  ])) {
    const { error = "" } = built({ ...variables, CLICKHOUSE_ORG_ID: ID }, options);
    for (const word of ["keyId", "keySecret", "bearerToken", "CLICKHOUSE_CLOUD_API_KEY", "CLICKHOUSE_CLOUD_API_SECRET"])
      assert.ok(error.includes(word), error);
    assert.ok(!error.includes("proxy"), error);
  }
  for (const baseUrl of ["https://api.clickhouse.cloud", "https://API.clickhouse.cloud:443/"])
    assert.match(refused({ baseUrl }), /no credentials/);
  // A header of one's own is one.
  assert.ok(new CloudClient({ headers: { authorization: "Bearer x" } }));
  assert.ok(new CloudClient({ baseUrl: "https://backend.example" }));
  const page = /** @type {any} */ (globalThis);
  page.document = {};
  try {
    assert.match(refused({}), /no credentials: .*in a page, .*baseUrl.*clickhouse-cloud\/proxy/);
  } finally {
    delete page.document;
  }
});

test("a 401 names what was used", async () => {
  const refusal = () => json({ status: 401, error: "UNAUTHORIZED: no" }, { status: 401 });
  for (const [options, call, words] of /** @type {[Record<string, unknown>, object, RegExp][]} */ ([
    [{}, {}, /check the options keyId and keySecret$/],
    [{ keyId: undefined, keySecret: undefined, bearerToken: SECRET }, {}, /check the option bearerToken$/],
    [{ keyId: undefined, keySecret: undefined, baseUrl: "https://backend.example" }, {}, /no credentials were sent: /],
    [{}, { headers: { Authorization: "Bearer x" } }, /check the authorization header/],
  ])) {
    const error = await rejection(scripted([refusal], options).cloud.services.list({}, call));
    assert.match(error.message, words);
    assert.ok(!error.message.includes(SECRET));
  }
  const program = `
    import { CloudClient } from "clickhouse-cloud";
    const fetch = async () => new Response('{"status":401,"error":"UNAUTHORIZED: no"}', { status: 401 });
    await new CloudClient({ fetch }).services.list().catch(({ message }) => console.log(message));
  `;
  const cwd = new URL(".", import.meta.url);
  const said = execFileSync(process.execPath, ["--input-type=module", "-e", program], {
    encoding: "utf8",
    cwd,
    env: { PATH: process.env.PATH, ...env },
  });
  assert.match(said, /check CLICKHOUSE_CLOUD_API_KEY and CLICKHOUSE_CLOUD_API_SECRET, from which the key was taken$/m);
});

test("a request beyond the contract is refused, told to the log, or sent without a word", async () => {
  /** @type {string[]} */
  const lines = [];
  const logger = { error() {}, warn: (/** @type {string} */ line) => void lines.push(line), info() {}, debug() {} };
  const many = { numReplicas: 50 };
  const route = "PATCH /v1/organizations/{organizationId}/services/{serviceId}/replicaScaling";
  const strict = scripted([success(service)], { logger, logLevel: "warn" });
  const error = await rejection(strict.cloud.services.updateReplicaScaling(ID, many));
  assert.ok(error instanceof RequestValidationError);
  assert.match(error.message, /received 50; validateRequests: "warn" sends it anyway$/);
  assert.deepEqual([strict.calls.length, lines], [0, []]);
  for (const [validateRequests, told] of /** @type {const} */ ([
    ["warn", 1],
    ["off", 0],
  ])) {
    const { cloud, calls } = scripted([success(service)], { logger, logLevel: "warn", validateRequests });
    await cloud.services.updateReplicaScaling(ID, many);
    assert.deepEqual(JSON.parse(calls[0]?.init.body), many);
    const own = lines.splice(0).filter((line) => line.includes("body.numReplicas"));
    assert.equal(own.length, told);
    assert.equal(cloud.buildRequest(/** @type {any} */ (route), { path: { serviceId: ID }, body: many }).body, JSON.stringify(many));
    lines.length = 0;
    // What cannot be sent is refused in every mode.
    for (const call of [
      () => cloud.services.get("../.."),
      () => cloud.services.get(""),
      () => cloud.services.get(/** @type {any} */ (undefined)),
      () => cloud.services.update(ID, /** @type {any} */ (1n)),
      () => cloud.request(/** @type {any} */ ("GET /v1/nothing")),
      () => cloud.services.get(ID, { headers: { "x-a": "a\nb" } }),
    ]) {
      assert.match((await rejection(call())).name, /^(?:RequestValidation|Configuration)Error$/);
    }
    assert.equal(calls.length, 1);
    assert.ok(schemas.UpdateServiceReplicaScalingBody["~standard"].validate(many).issues, "schemas stay as they are");
  }
});

test("a key secret in a page is refused with the reason", () => {
  const page = /** @type {any} */ (globalThis);
  page.document = {};
  try {
    const { dangerouslyAllowBrowser: _, ...plain } = keys;
    assert.match(refused(plain), /dangerouslyAllowBrowser/);
    assert.ok(new CloudClient(keys));
    assert.ok(new CloudClient({ baseUrl: "https://backend.example", organizationId: ID }));
  } finally {
    delete page.document;
  }
});

test("headers of every kind are taken", async () => {
  for (const headers of [{ "X-A": "1" }, new Headers({ "X-A": "1" }), [["X-A", "1"]], new Map([["X-A", "1"]])]) {
    const { cloud, calls } = scripted([success([])], { headers });
    await cloud.services.list({}, { headers: { "x-b": "2" } });
    assert.equal(calls[0]?.init.headers["x-a"], "1");
    assert.equal(calls[0]?.init.headers["x-b"], "2");
  }
});

test("the options of a call are checked like the client's", async () => {
  const { cloud, calls } = scripted([success([])]);
  for (const options of [{ timeout: 1 }, { timeoutMs: "1" }, { signal: {} }, { headers: 7 }, 7, []]) {
    await assert.rejects(cloud.services.list({}, /** @type {any} */ (options)), ConfigurationError);
  }
  await assert.rejects(cloud.services.waitFor(ID, "running", /** @type {any} */ ({ start: true })), ConfigurationError);
  await assert.rejects(cloud.services.waitFor(ID, /** @type {any} */ ([])), ConfigurationError);
  assert.equal(calls.length, 0);
});
