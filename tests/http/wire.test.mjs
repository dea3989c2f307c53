// @ts-check
// The sandbox of the installed tarball over real HTTP, without the client.
import assert from "node:assert/strict";
import { once } from "node:events";
import { request } from "node:http";
import { connect } from "node:net";
import { before, after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { exchange, sandbox } from "./server.mjs";

const NOBODY = "11111111-2222-4333-8444-555555555555";
const BODY = { name: "events", provider: "aws", region: "eu-west-1", ipAccessList: [] };

/** @type {Awaited<ReturnType<typeof sandbox>>} */
let cloud;
let end = /** @type {() => unknown} */ (() => undefined);
before(async () => {
  cloud = await sandbox({ after: (own) => (end = own) }, "--rate-limit", "off");
});
after(() => end());

/**
 * @param {string} path
 * @param {RequestInit & { headers?: Record<string, string>, duplex?: "half" }} [init]
 */
async function ask(path, { headers, ...init } = {}) {
  const answer = await fetch(`${cloud.services}${path}`, { ...init, headers: { authorization: cloud.authorization, ...headers } });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, text, body: text === "" ? undefined : JSON.parse(text) };
}

/** @param {string} text */
const raw = (text) => exchange(cloud.url, text);

test("a response has the live shape", async () => {
  const { status, headers, body } = await ask("");
  assert.equal(status, 200);
  assert.equal(headers.get("content-type"), "application/json; charset=utf-8");
  assert.deepEqual(Object.keys(body), ["status", "requestId", "result"]);
});

test("a request without the key is rejected", async () => {
  for (const authorization of ["", "Bearer x", `Basic ${btoa("sandbox-key-id:wrong")}`]) {
    const { status, headers, body } = await ask("", { headers: { authorization } });
    assert.equal(status, 401);
    assert.match(String(headers.get("www-authenticate")), /^Basic /);
    assert.match(body.error, /^UNAUTHORIZED: /);
  }
  assert.equal((await fetch(cloud.services)).status, 401);
});

test("a wrong method gets the allowed ones", async () => {
  for (const [path, method, allow] of [
    ["", "DELETE", "GET, POST"],
    ["", "OPTIONS", "GET, POST"],
    ["", "PROPFIND", "GET, POST"],
    [`/${NOBODY}`, "POST", "GET, PATCH, DELETE"],
    [`/${NOBODY}/state`, "HEAD", "PATCH"],
  ]) {
    const { status, headers } = await ask(path, { method });
    assert.deepEqual([status, headers.get("allow")], [405, allow], `${method} ${path}`);
  }
  assert.equal((await ask("/a/b/c/d", { method: "OPTIONS" })).status, 404);
});

test("requests that fetch cannot make are rejected", async () => {
  const rest = `HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\nauthorization: ${cloud.authorization}\r\n\r\n`;
  assert.match(await raw(`TRACE / ${rest}`), /^HTTP\/1\.1 404 /);
  assert.match(await raw(`TRACE ${new URL(cloud.services).pathname} ${rest}`), /^HTTP\/1\.1 405 [^]*\nallow: GET, POST\r\n/);
  assert.match(await raw(`CONNECT x:80 ${rest}`), /^HTTP\/1\.1 501 /);
  assert.match(await raw(`OPTIONS * ${rest}`), /^HTTP\/1\.1 404 /);
  assert.match(await raw(`GET //x/y ${rest}`), /^HTTP\/1\.1 404 /);
  assert.match(await raw(`GET ${cloud.services} ${rest}`), /^HTTP\/1\.1 200 /);
  assert.match(await raw("LEVITATE / HTTP/1.1\r\n\r\n"), /^HTTP\/1\.1 400 /);
  assert.match(await raw(`GET /${"x".repeat(20_000)} ${rest}`), /^HTTP\/1\.1 431 /);
});

test("HEAD is GET without the body", async () => {
  const { status, headers, text } = await ask("", { method: "HEAD" });
  assert.deepEqual([status, headers.get("content-type"), text], [200, "application/json; charset=utf-8", ""]);
  const length = async (/** @type {string} */ method) =>
    (await ask("", { method, headers: { "accept-encoding": "identity" } })).headers.get("content-length");
  assert.equal(await length("HEAD"), await length("GET"));
  assert.deepEqual((await ask(`/${NOBODY}`, { method: "HEAD" })).status, 404);
});

test("a connection serves many requests", async () => {
  const { port } = new URL(cloud.url);
  const socket = connect(Number(port), "127.0.0.1").setEncoding("utf8");
  await once(socket, "connect");
  const { pathname } = new URL(cloud.services);
  for (const method of ["GET", "HEAD", "OPTIONS", "GET"]) {
    socket.write(`${method} ${pathname} HTTP/1.1\r\nhost: localhost\r\nauthorization: ${cloud.authorization}\r\n\r\n`);
    let answer = "";
    const whole = method === "HEAD" ? /\r\n\r\n$/ : /\r\n\r\n\{.*\}$/;
    while (!whole.test(answer)) answer += (await once(socket, "data"))[0];
    assert.match(answer, /^connection: keep-alive$/im);
  }
  socket.destroy();
});

test("a body may come in chunks, without a content type, and even on a GET", async () => {
  const bytes = new TextEncoder().encode(JSON.stringify({ ...BODY, name: "événements" }));
  const body = new ReadableStream({
    start(controller) {
      for (const byte of bytes) controller.enqueue(new Uint8Array([byte]));
      controller.close();
    },
  });
  const chunked = await ask("", { method: "POST", body, duplex: "half" });
  assert.equal(chunked.body.result.service.name, "événements");
  const typeless = await ask("", { method: "POST", body: new TextEncoder().encode(JSON.stringify(BODY)) });
  assert.equal(typeless.status, 200);
  const path = new URL(cloud.services).pathname;
  const head = `host: localhost\r\nconnection: close\r\nauthorization: ${cloud.authorization}\r\ncontent-length: 2`;
  assert.match(await raw(`GET ${path} HTTP/1.1\r\n${head}\r\n\r\n{}`), /^HTTP\/1\.1 200 /);
});

test("a body without JSON, or against the contract", async () => {
  for (const [body, expected] of [
    ["{", /^BAD_REQUEST: body: expected JSON/],
    ["", /^BAD_REQUEST: body: expected a JSON object, received nothing/],
    ["\xff\xfe", /^BAD_REQUEST: body: expected JSON/],
    [JSON.stringify({ ...BODY, name: "caf\xe9" }), /^BAD_REQUEST: body: expected JSON in UTF-8/],
    ["[]", /^BAD_REQUEST: body/],
    [JSON.stringify({ ...BODY, name: "" }), /^BAD_REQUEST: body\.name: /],
    [JSON.stringify({ ...BODY, ipAcessList: [] }), /ipAccessList/],
  ]) {
    const { status, body: answer } = await ask("", { method: "POST", body: Buffer.from(String(body), "latin1") });
    assert.equal(status, 400, String(body));
    assert.match(answer.error, /** @type {RegExp} */ (expected));
  }
});

test("too long a body is refused, and the next request is not", async () => {
  for (const init of [
    { body: "x".repeat(4 * 1024 * 1024) },
    { body: new Blob(["x".repeat(2 * 1024 * 1024)]).stream(), duplex: /** @type {const} */ ("half") },
  ]) {
    const { status, body } = await ask("", { method: "POST", ...init });
    assert.equal(status, 413);
    assert.match(body.error, /^PAYLOAD_TOO_LARGE: /);
  }
  assert.equal((await ask("", { method: "POST", body: " ".repeat(1024 * 1024) })).status, 400);
});

test("a client that expects a 100 need not send too long a body", async () => {
  const headers = { authorization: cloud.authorization, expect: "100-continue", "content-length": String(1 << 30) };
  const asked = request(cloud.services, { method: "POST", headers });
  asked.on("error", () => {});
  asked.on("continue", () => assert.fail("it wants the body"));
  asked.flushHeaders();
  const [answer] = await once(asked, "response");
  assert.deepEqual([answer.statusCode, answer.headers.connection], [413, "close"]);
  asked.destroy();
});

test("a client that disconnects in the middle harms no other", async () => {
  const { pathname, port } = new URL(cloud.services);
  const socket = connect(Number(port), "127.0.0.1");
  socket.write(`POST ${pathname} HTTP/1.1\r\nhost: localhost\r\nauthorization: ${cloud.authorization}\r\ncontent-length: 9\r\n\r\n{`);
  await once(socket, "connect");
  socket.resetAndDestroy();
  assert.equal((await ask("")).status, 200);
});

test("ten in ten seconds, and how long to wait", async (t) => {
  const limited = await sandbox(t, "--time-scale", "20");
  const headers = { authorization: limited.authorization };
  // One after the other without a pause, until one is too early: ten in half a real second.
  let refused;
  for (let asked = 0; asked < 10_000 && refused === undefined; asked += 1) {
    const answer = await fetch(limited.services, { headers });
    await answer.arrayBuffer();
    if (answer.status !== 200) refused = answer;
  }
  assert.equal(refused?.status, 429);
  assert.deepEqual([refused.headers.get("x-ratelimit-limit"), refused.headers.get("x-ratelimit-remaining")], ["10", "0"]);
  const reset = Number(refused.headers.get("x-ratelimit-reset"));
  assert.ok(reset > 0 && reset <= 0.5, `${reset}`);
  // A timer may come a little early.
  await sleep(reset * 1000 + 10);
  assert.equal((await fetch(limited.services, { headers })).status, 200);
});

test("the flags reach the sandbox", async (t) => {
  const organization = "5a9db0c5-1111-4000-8000-000000000002";
  const args = ["--seed", "7", "--rate-limit", "2/60", "--latency-ms", "50", "--key-id", "me", "--key-secret", "shh"];
  const made = [];
  for (let world = 0; world < 2; world += 1) {
    const { services, env } = await sandbox(t, ...args, "--organization-id", organization);
    assert.equal(env.CLICKHOUSE_ORG_ID, organization);
    const init = { method: "POST", headers: { authorization: `Basic ${btoa("me:shh")}` }, body: JSON.stringify(BODY) };
    const began = performance.now();
    const answer = await fetch(services, init);
    assert.ok(performance.now() - began >= 49);
    assert.equal(answer.headers.get("x-ratelimit-remaining"), "1");
    const { result } = await answer.json();
    made.push([result.service.id, result.password]);
  }
  assert.deepEqual(made[0], made[1]);
});
