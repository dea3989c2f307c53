// @ts-check
// HTTP as clients of other languages use it: hosts, encodings, versions, expectations, and limits.
import assert from "node:assert/strict";
import { once } from "node:events";
import { request } from "node:http";
import { connect } from "node:net";
import { after, before, test } from "node:test";
import { gunzipSync } from "node:zlib";
import { exchange, sandbox } from "./server.mjs";

const ENVELOPE = ["status", "error", "requestId"];

/** @type {Awaited<ReturnType<typeof sandbox>>} */
let cloud;
let path = "";
let end = /** @type {() => unknown} */ (() => undefined);
before(async () => {
  cloud = await sandbox({ after: (own) => (end = own) }, "--rate-limit", "off", "--request-timeout", "1", "--allow-host", "sandbox.test");
  path = new URL(cloud.services).pathname;
});
after(() => end());

/**
 * The response to a request line and headers.
 *
 * @param {string} line
 * @param {Record<string, string>} [headers]
 */
async function say(line, headers = {}) {
  const all = { host: "localhost", connection: "close", authorization: cloud.authorization, ...headers };
  const head = Object.entries(all)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join("");
  return read(await exchange(cloud.url, `${line}\r\n${head}\r\n`));
}

/** @param {string} answer */
function read(answer) {
  const [head, body] = answer.split("\r\n\r\n");
  const [line, ...lines] = head.split("\r\n");
  /** @type {Record<string, string>} */
  const headers = Object.fromEntries(lines.map((one) => [one.split(": ")[0].toLowerCase(), one.split(": ")[1]]));
  return { status: Number(line.split(" ")[1]), headers, text: body, body: body?.startsWith("{") ? JSON.parse(body) : undefined };
}

test("an unknown host is refused", async () => {
  for (const host of ["evil.example", "evil.example:8080", "localhost.evil.example", "127.0.0.1.nip.io", "10.0.0.1", "[::2]:80"]) {
    const { status, body } = await say(`GET ${path} HTTP/1.1`, { host });
    assert.equal(status, 421, host);
    assert.deepEqual([Object.keys(body), body.status], [ENVELOPE, 421]);
    assert.match(body.error, /^MISDIRECTED_REQUEST: .* --allow-host$/);
  }
  assert.equal((await say("GET /__sandbox/state HTTP/1.1", { host: "evil.example" })).status, 421);
  assert.equal((await say(`GET http://evil.example${path} HTTP/1.1`)).status, 421);
  for (const host of ["localhost", "LocalHost:1", "localhost.", "127.0.0.1:8080", "[::1]:8080", "sandbox.test", "SANDBOX.test:80"]) {
    assert.equal((await say(`GET ${path} HTTP/1.1`, { host })).status, 200, host);
  }
  for (const host of [
    "",
    "a b",
    "user@localhost",
    "localhost:x",
    "localhost/x",
    "localhost?x",
    "localhost#",
    "localhost\r\nhost: localhost",
    "localhost\r\nHOST: evil.example",
  ]) {
    assert.match((await say(`GET ${path} HTTP/1.1`, { host })).body.error, /^BAD_REQUEST: header\.host: /, host);
  }
});

test("where it listens everywhere, every address is served, and no name", async (t) => {
  const everywhere = await sandbox(t, "--host", "0.0.0.0");
  const status = async (/** @type {string} */ host) =>
    read(await exchange(everywhere.url, `GET / HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`)).status;
  assert.deepEqual([await status("192.0.2.7:8080"), await status("[2001:db8::1]"), await status("evil.example")], [401, 401, 421]);
});

test("HTTP/1.0, with and without a host", async () => {
  const authorization = `authorization: ${cloud.authorization}`;
  for (const host of ["", "host: localhost\r\n"]) {
    const asked = exchange(cloud.url, `GET ${path} HTTP/1.0\r\n${authorization}\r\n${host}\r\n`);
    const { status, headers, body } = read(await asked);
    assert.deepEqual([status, Object.keys(body)], [200, ["status", "requestId", "result"]]);
    assert.equal(headers["transfer-encoding"], undefined);
  }
  assert.equal(read(await exchange(cloud.url, `GET ${path} HTTP/1.0\r\nhost: evil.example\r\n\r\n`)).status, 421);
});

test("an unreadable request gets an error in the API's shape", async () => {
  /** @type {[string, number, RegExp][]} */
  const wrong = [
    ["LEVITATE / HTTP/1.1\r\n\r\n", 400, /^BAD_REQUEST: /],
    ["\x16\x03\x01\x02\x00", 400, /^BAD_REQUEST: /],
    ["GET / HTTP/1.1\r\nconnection: close\r\n\r\n", 400, /^BAD_REQUEST: header\.host: /],
    ["POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n", 400, /^BAD_REQUEST: /],
    [`GET /${"x".repeat(20_000)} HTTP/1.1\r\nhost: localhost\r\n\r\n`, 431, /^REQUEST_HEADER_FIELDS_TOO_LARGE: /],
    [`GET / HTTP/1.1\r\nhost: localhost\r\nx: ${"x".repeat(20_000)}\r\n\r\n`, 431, /^REQUEST_HEADER_FIELDS_TOO_LARGE: /],
    ["CONNECT x:80 HTTP/1.1\r\nhost: localhost\r\n\r\n", 501, /^NOT_IMPLEMENTED: /],
    ["GET / HTTP/1.1\r\nhost: localhost\r\nexpect: a miracle\r\n\r\n", 417, /^EXPECTATION_FAILED: header\.expect: /],
  ];
  for (const [text, expected, error] of wrong) {
    const { status, headers, body } = read(await exchange(cloud.url, text));
    assert.equal(status, expected, text.slice(0, 40));
    assert.deepEqual([Object.keys(body), headers["content-type"]], [ENVELOPE, "application/json; charset=utf-8"]);
    assert.match(body.error, error);
  }
});

test("a client that is too slow is dropped: with its head, with its body, and silent", async () => {
  for (const text of ["GET / HTTP/1.1\r\nhost: local", `POST ${path} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 10\r\n\r\n{`]) {
    const began = performance.now();
    const answer = await exchange(cloud.url, text);
    assert.ok(performance.now() - began < 15_000);
    if (answer !== "") assert.match(read(answer).body.error, /^REQUEST_TIMEOUT: /);
  }
  const trickle = connect(Number(new URL(cloud.url).port), "127.0.0.1");
  trickle.on("error", () => {});
  trickle.write(`POST ${path} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100000\r\n\r\n`);
  const drip = setInterval(() => trickle.write(" "), 50);
  await once(trickle.resume(), "close");
  clearInterval(drip);
});

test("connections are bounded, and open ones are served", async (t) => {
  const { url, services, authorization } = await sandbox(t);
  const port = Number(new URL(url).port);
  const sockets = Array.from({ length: 600 }, () => connect(port, "127.0.0.1"));
  t.after(() => sockets.forEach((socket) => socket.destroy()));
  const refused = sockets.map(
    (socket) => new Promise((resolve) => socket.on("error", () => resolve(true)).on("close", () => resolve(true))),
  );
  // Those above the bound are closed at once.
  await Promise.all(refused.slice(512));
  const open = sockets.filter((socket) => !socket.destroyed && socket.readyState === "open");
  assert.ok(open.length <= 512, String(open.length));
  const [first] = open;
  const answer = once(first.setEncoding("utf8"), "data");
  first.write(`GET ${new URL(services).pathname} HTTP/1.1\r\nhost: localhost\r\nauthorization: ${authorization}\r\n\r\n`);
  assert.match(String(await answer), /^HTTP\/1\.1 200 /);
});

test("gzip, where it is asked for", async () => {
  const get = (/** @type {string | undefined} */ accept, method = "GET") =>
    new Promise((resolve, reject) => {
      const headers = { authorization: cloud.authorization, ...(accept === undefined ? {} : { "accept-encoding": accept }) };
      const asked = request(cloud.services, { headers, method }, async (answer) => {
        const chunks = [];
        for await (const chunk of answer) chunks.push(chunk);
        resolve({ headers: answer.headers, body: Buffer.concat(chunks) });
      });
      asked.on("error", reject).end();
    });
  for (const accept of [
    "gzip",
    "x-gzip",
    "GZIP",
    "br, gzip",
    "*",
    "deflate;q=1, gzip;q=0.5",
    "identity;q=0.5, gzip",
    "gzip;q=1.000",
    "*;q=0.1, br;q=0",
  ]) {
    const { headers, body } = await get(accept);
    assert.equal(headers["content-encoding"], "gzip", accept);
    assert.deepEqual(JSON.parse(String(gunzipSync(body))).result, []);
    assert.equal(headers["content-length"], String(body.length));
  }
  for (const accept of [
    undefined,
    "",
    "br",
    "identity",
    "gzip;q=0",
    "gzip;q=0.0, br",
    "*;q=0",
    "*, gzip;q=0",
    "gzip;q=0.2, identity;q=0.8",
  ]) {
    const { headers, body } = await get(accept);
    assert.equal(headers["content-encoding"], undefined, accept);
    assert.deepEqual(JSON.parse(String(body)).result, []);
    assert.match(headers.vary, /accept-encoding/);
  }
  assert.equal((await get("gzip", "HEAD")).headers["content-length"], (await get("gzip")).headers["content-length"]);
});

test("a compressed body is refused with the name of the header", async () => {
  const { status, headers, body } = await say(`POST ${path} HTTP/1.1`, { "content-encoding": "gzip" });
  assert.deepEqual([status, headers["accept-encoding"]], [415, "identity"]);
  assert.match(body.error, /header\.content-encoding/);
});

test("Expect: 100-continue, and repeated query parameters", async () => {
  const body = JSON.stringify({ name: "é", provider: "aws", region: "eu-west-1", tags: [{ key: "a", value: "b" }] });
  const headers = { authorization: cloud.authorization, expect: "100-continue", "content-length": Buffer.byteLength(body) };
  const asked = request(cloud.services, { method: "POST", headers });
  asked.flushHeaders();
  await once(asked, "continue");
  asked.end(body);
  const [created] = await once(asked, "response");
  assert.equal(created.statusCode, 200);
  created.resume();
  const names = async (/** @type {string} */ query) => {
    const { status, body } = await say(`GET ${path}?${query} HTTP/1.1`);
    return status === 200 ? body.result.map((/** @type {any} */ service) => service.name) : body.error;
  };
  assert.deepEqual(await names("filter=tag:a=b&filter=tag:a"), ["é"]);
  assert.deepEqual(await names("filter=tag%3Aa%3Db"), ["é"]);
  assert.deepEqual(await names("filter=tag:a=b&filter=tag:c"), []);
  assert.deepEqual(await names("unknown=1&unknown=2&&="), ["é"]);
  assert.match(await names("filter=a"), /^BAD_REQUEST: query\.filter\[0\]: expected tag:KEY or tag:KEY=VALUE/);
  assert.match(await names("filter=%ff"), /^BAD_REQUEST: query: /);
});

test("a key of another organization opens that one alone, and has a rate limit of its own", async (t) => {
  const other = "5a9db0c5-2222-4000-8000-000000000002";
  const served = await sandbox(t, "--rate-limit", "2/60", "--key", `second:p@ss:word@${other}`, "--key", "third:x@y");
  const basic = (/** @type {string} */ text) => ({ authorization: `Basic ${Buffer.from(text).toString("base64")}` });
  const [first, second, third] = [{ authorization: served.authorization }, basic("second:p@ss:word"), basic("third:x@y")];
  const theirs = served.services.replace(String(served.env.CLICKHOUSE_ORG_ID), other);
  const create = { method: "POST", body: JSON.stringify({ name: "theirs", provider: "aws", region: "eu-west-1" }) };
  assert.equal((await fetch(theirs, { ...create, headers: second })).status, 200);
  assert.equal((await fetch(theirs, { headers: first })).status, 403);
  assert.equal((await fetch(served.services, { headers: third })).status, 200);
  assert.equal((await fetch(served.services, { headers: second })).status, 403);
  assert.equal((await fetch(theirs, { headers: second })).status, 429);
  const listed = await fetch(`${served.url}/v1/organizations`, { headers: first });
  assert.deepEqual(
    (await listed.json()).result.map((/** @type {any} */ one) => one.id),
    [served.env.CLICKHOUSE_ORG_ID],
  );
  const state = await (await fetch(`${served.url}/__sandbox/state`)).json();
  assert.deepEqual([state.services, state.others[0].organization.id, state.others[0].services[0].name], [[], other, "theirs"]);
  assert.equal((await fetch(served.services, { headers: basic("second:p") })).status, 401);
});

test("a bearer token is the secret of a key", async () => {
  const status = async (/** @type {string} */ token) => (await say(`GET ${path} HTTP/1.1`, { authorization: `Bearer ${token}` })).status;
  assert.deepEqual([await status(String(cloud.env.CLICKHOUSE_CLOUD_API_SECRET)), await status("x")], [200, 401]);
});
