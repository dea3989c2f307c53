// @ts-check
// Texts from servers and libraries, as users see them: causes of a failed fetch, echoed secrets, unusual characters.
import assert from "node:assert/strict";
import { createServer as createHttpServer } from "node:http";
import { createServer } from "node:net";
import { test } from "node:test";
import { inspect } from "node:util";
import { CloudClient, ConnectionError, ServerError } from "clickhouse-cloud";
import { ID, json, keys, rejection, scripted, service, success } from "./support.mjs";

const KEY = "my-very-secret/key+1";
const BASIC = Buffer.from(`myKeyId:${KEY}`).toString("base64");
const own = { keyId: "myKeyId", keySecret: KEY };

/** @param {string} message @param {object} [more] */
const failure = (message, more) => Object.assign(new Error(message), more);

/** @type {[string, unknown, RegExp][]} */
const CAUSES = [
  ["nothing", undefined, /no response: fetch failed$/],
  ["an empty error", new Error(""), /fetch failed \(no reason given; Node fails so on a 407: a proxy on the way wants credentials\)$/],
  ["a code alone", failure("", { code: "ECONNRESET" }), /fetch failed \(ECONNRESET\)$/],
  ["an empty code", failure("other side closed", { code: "" }), /fetch failed \(other side closed\)$/],
  ["a code and a message", failure("other side closed", { code: "UND_ERR_SOCKET" }), /\(other side closed, UND_ERR_SOCKET\)$/],
  ["a host", failure("getaddrinfo ENOTFOUND no.such.host", { code: "ENOTFOUND" }), /\(getaddrinfo ENOTFOUND no\.such\.host\)$/],
  [
    "a certificate",
    failure("self-signed certificate in certificate chain", { code: "SELF_SIGNED_CERT_IN_CHAIN" }),
    /certificate chain, SELF_SIGNED_CERT_IN_CHAIN\)$/,
  ],
  ["a text", "refused by policy", /\(refused by policy\)$/],
  [
    "several addresses",
    Object.assign(
      new AggregateError([failure("connect ECONNREFUSED ::1:9", { code: "ECONNREFUSED" }), failure("connect ECONNREFUSED 127.0.0.1:9")]),
      { code: "ECONNREFUSED" },
    ),
    /\(connect ECONNREFUSED ::1:9; connect ECONNREFUSED 127\.0\.0\.1:9\)$/,
  ],
  ["a cause of a cause", failure("", { cause: failure("", { cause: failure("proxy says no") }) }), /\(proxy says no\)$/],
];
for (const [what, cause, expected] of CAUSES) {
  test(`a connection that fails by ${what}`, async () => {
    const thrown = new TypeError("fetch failed", { cause });
    const error = await rejection(scripted([thrown]).cloud.services.get(ID));
    assert.ok(error instanceof ConnectionError);
    assert.match(error.message, expected);
    assert.equal(error.cause, thrown, "the host's own error");
  });
}

test("a circle of causes", async () => {
  const circle = failure("around");
  circle.cause = circle;
  const error = await rejection(scripted([new TypeError("fetch failed", { cause: circle })]).cloud.services.get(ID));
  assert.match(error.message, /fetch failed \(around/);
});

test("a port on which nobody listens", async () => {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  await new Promise((resolve) => server.close(resolve));
  for (const host of ["127.0.0.1", "localhost"]) {
    const cloud = new CloudClient({ ...keys, baseUrl: `http://${host}:${port}`, retryBudgetMs: 0, rateLimit: false });
    const error = await rejection(cloud.services.get(ID));
    assert.match(error.message, /no response: fetch failed \(.*ECONNREFUSED.*\)$/);
  }
});

test("a proxy that wants credentials", async () => {
  const server = createHttpServer((_, response) => response.writeHead(407).end("x"));
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  const cloud = new CloudClient({ ...keys, baseUrl: `http://127.0.0.1:${port}`, retryBudgetMs: 0, rateLimit: false });
  // Whether the host's fetch shows the status or not.
  assert.match((await rejection(cloud.services.get(ID))).message, /407.*a proxy on the way wants credentials/);
  server.closeAllConnections();
  server.close();
});

test("a cause that quotes a secret is handed on as a copy without it", async () => {
  const inner = failure(`invalid header: Basic ${BASIC}`, {
    code: "ERR_INVALID_CHAR",
    input: encodeURIComponent(KEY),
    count: 3,
    held: { KEY },
  });
  const thrown = new TypeError(`fetch failed for ${KEY}`, { cause: new AggregateError([inner], KEY) });
  const error = await rejection(scripted([thrown], own).cloud.services.get(ID));
  const shown = inspect(error, { depth: 9, showHidden: true }) + error.cause.stack + error.cause.cause.errors[0].stack;
  for (const secret of [KEY, BASIC, encodeURIComponent(KEY)]) assert.ok(!shown.includes(secret), shown);
  assert.notEqual(error.cause, thrown);
  assert.ok(error.cause instanceof TypeError);
  assert.equal(error.cause.message, "fetch failed for [secret]");
  const [first] = error.cause.cause.errors;
  assert.equal(first instanceof Error, true);
  assert.deepEqual([first.message, first.code, first.input, first.count], ["invalid header: [secret]", "ERR_INVALID_CHAR", "[secret]", 3]);
  assert.match(thrown.message, /my-very-secret/, "the caller's own error is as it was");
});

test("an echo in another spelling stands in no error, header, hook or line", async () => {
  const spellings = [
    encodeURIComponent(BASIC),
    BASIC.replace(/=+$/, ""),
    Buffer.from(`myKeyId:${KEY}`).toString("base64url"),
    Buffer.from(KEY).toString("base64"),
    encodeURIComponent(KEY),
    [...KEY].map((letter) => `&#${letter.charCodeAt(0)};`).join(""),
    JSON.stringify(KEY).replaceAll("/", "\\/"),
  ];
  for (const said of spellings) {
    /** @type {string[]} */
    const seen = [];
    const tell = (/** @type {unknown} */ event) => void seen.push(inspect(event, { depth: 9 }));
    const logger = { error: tell, warn: tell, info: tell, debug: tell };
    const answer = () =>
      json({ status: 400, error: `BAD_REQUEST: /login?a=Basic%20${said}`, requestId: said }, { status: 400, headers: { "x-echo": said } });
    const { cloud } = scripted([answer], { ...own, logger, logLevel: "debug", onRequest: tell, onResponse: tell, onRetry: tell });
    const error = await rejection(cloud.services.get(ID));
    const shown = [inspect(error, { depth: 9, showHidden: true }), JSON.stringify(error), ...seen].join("\n");
    assert.ok(!shown.includes(said), shown);
    assert.match(error.message, /BAD_REQUEST: \/login\?a=(Basic%20)?"?\[secret\]/);
    assert.deepEqual(
      [error.requestId, error.headers["x-echo"]].map((text) => text.replaceAll('"', "")),
      ["[secret]", "[secret]"],
    );
  }
});

test("a state that echoes stands in no progress event, error or line of a wait", async () => {
  const secret = "hdr-S3cr3t-xyzzy";
  /** @type {string[]} */
  const seen = [];
  const tell = (/** @type {unknown} */ event) => void seen.push(inspect(event));
  const headers = { "x-api-key": secret };
  const { cloud } = scripted([success({ ...service, state: secret })], {
    headers,
    logger: { error: tell, warn: tell, info: tell, debug: tell },
    logLevel: "debug",
  });
  const error = await rejection(cloud.services.waitFor(ID, "running", { timeoutMs: 50, pollIntervalMs: 10, onProgress: tell }));
  assert.equal(error.lastState, "[secret]");
  assert.ok(
    seen.some((line) => line.includes("state: '[secret]'")),
    seen.join("\n"),
  );
  assert.ok(![...seen, inspect(error)].join().includes(secret));
});

test("a service that asks to wait says so on the error, however long", async () => {
  for (const [value, expected] of /** @type {const} */ ([
    ["20", 20_000],
    ["86400", 86_400_000],
    ["soon", undefined],
  ])) {
    const { cloud } = scripted([new Response("", { status: 503, headers: { "retry-after": value } })]);
    const error = await rejection(cloud.services.get(ID));
    assert.ok(error instanceof ServerError);
    assert.equal(error.retryAfterMs, expected);
  }
});

test("a redirect that the host hides", async () => {
  const { cloud } = scripted([{ status: 0, type: "opaqueredirect", headers: new Headers(), text: async () => "" }]);
  assert.match(
    (await rejection(cloud.services.get(ID))).message,
    /^services\.get: 0 \(a redirect whose target the host hides\), not followed/,
  );
});
