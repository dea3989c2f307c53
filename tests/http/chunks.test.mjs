// @ts-check
// Bodies in tiny chunks cost no more than twice their size, in the sandbox's server, the proxy and the client: a chunk of one byte is
// cut from a buffer of 64 KiB, and keeping the chunk keeps the buffer: 131 MB for the 2,000 of them here.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { connect } from "node:net";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { CloudClient } from "clickhouse-cloud";
import { createProxy, toNodeListener } from "clickhouse-cloud/proxy";
import { bodyOf } from "../../pkg/bin/bodies.js";

setFlagsFromString("--expose-gc");
const collect = /** @type {() => void} */ (runInNewContext("gc"));
// Far below that, and above the growth of the engine itself, such as optimized code.
const most = 16_000_000;
const ORGANIZATION = "5a9db0c5-0000-4000-8000-000000000001";

const used = () => {
  collect();
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
};

/** A body in chunks of one byte, each in a buffer of its own as from a socket; `whole` ends it. */
function chunked() {
  const [count, length] = [2_000, 64 * 1024];
  let end = () => {};
  const ended = new Promise((resolve) => (end = () => resolve(undefined)));
  let reached = () => {};
  const all = new Promise((resolve) => (reached = () => resolve(undefined)));
  return {
    count,
    all,
    end: () => end(),
    async *[Symbol.asyncIterator]() {
      for (let index = 0; index < count; index += 1) yield Buffer.allocUnsafeSlow(length).fill(0x78).subarray(0, 1);
      reached();
      await ended;
    },
  };
}

test("the sandbox's server", async (t) => {
  const before = used();
  const body = chunked();
  t.after(body.end);
  const read = bodyOf(/** @type {any} */ (Object.assign(body, { headers: {} })), 1_000_000);
  await body.all;
  const held = used() - before;
  assert.ok(held < most, `${held} bytes for ${body.count}`);
  body.end();
  assert.equal(String(await read), "x".repeat(body.count));
});

test("the proxy", async (t) => {
  const proxy = createProxy({
    keyId: "id",
    keySecret: "secret",
    organizationId: ORGANIZATION,
    allow: ["services.create"],
    authorize: () => true,
  });
  const url = `http://localhost/v1/organizations/${ORGANIZATION}/services`;
  // Memory of the first request does not count.
  await proxy(new Request(url, { method: "POST", headers: { "content-type": "application/json" }, body: "{" }));
  const before = used();
  const body = chunked();
  t.after(body.end);
  const stream = /** @type {any} */ (ReadableStream).from(body);
  const init = { method: "POST", headers: { "content-type": "application/json" }, body: stream, duplex: "half" };
  const response = proxy(new Request(url, /** @type {any} */ (init)));
  await body.all;
  const held = used() - before;
  assert.ok(held < most, `${held} bytes for ${body.count}`);
  body.end();
  assert.match((await (await response).json()).error, /the body is no JSON/);
});

test("the client", async (t) => {
  let body = new Response('{"status":200,"requestId":"r","result":[]}').body;
  const cloud = new CloudClient({
    keyId: "id",
    keySecret: "secret",
    organizationId: ORGANIZATION,
    retryBudgetMs: 0,
    fetch: async () => new Response(body),
  });
  assert.deepEqual(await cloud.services.list(), []);
  const before = used();
  const chunks = chunked();
  t.after(chunks.end);
  body = /** @type {any} */ (ReadableStream).from(chunks);
  const called = cloud.services.list({}, { timeoutMs: 60_000 }).catch((error) => error);
  await chunks.all;
  const held = used() - before;
  assert.ok(held < most, `${held} bytes for ${chunks.count}`);
  chunks.end();
  assert.equal((await called).name, "ResponseValidationError");
});

test("the proxy over a socket", { timeout: 60_000 }, async (t) => {
  const proxy = createProxy({
    keyId: "id",
    keySecret: "secret",
    organizationId: ORGANIZATION,
    allow: ["services.create"],
    authorize: () => true,
  });
  const server = createServer(toNodeListener(proxy)).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  const before = used();
  const socket = connect(port, "127.0.0.1");
  t.after(() => socket.destroy());
  const size = 1_000_000;
  socket.write(
    `POST /v1/organizations/${ORGANIZATION}/services HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n`,
  );
  const block = "1\r\nx\r\n".repeat(1_000);
  for (let sent = 0; sent < size; sent += 1_000) if (!socket.write(block)) await once(socket, "drain");
  // Bytes under way are read in time.
  let held = Number.POSITIVE_INFINITY;
  for (let turn = 0; turn < 100 && held >= 2 * size; turn += 1) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    held = used() - before;
  }
  assert.ok(held < 2 * size, `${held} bytes for ${size}`);
  socket.end("0\r\n\r\n");
  assert.match(String(await once(socket, "data")), /the body is no JSON/);
});
