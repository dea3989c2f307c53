// @ts-check
// The proxy in servers with `(request, response)` listeners, and its types, as projects compile them.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { createServer as createServer2, connect } from "node:http2";
import { dirname } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { toNodeListener } from "clickhouse-cloud/proxy";
import { build } from "esbuild";
import { start } from "../http/server.mjs";
import { file } from "../package/consumer.mjs";
import { BODY, ORGANIZATION, json, key, listen, proxied, told, upstream } from "./support.mjs";

test("behind a framework that has read the body and cut the path", async (t) => {
  const { handler, seen, sandbox } = await proxied(t);
  const listener = toNodeListener(handler);
  const origin = await listen(t, async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = chunks.length === 0 ? {} : JSON.parse(Buffer.concat(chunks).toString());
    await listener(Object.assign(request, { body, url: request.url?.replace("/api/clickhouse", "") }), response);
  });
  const services = `${origin}/api/clickhouse/v1/organizations/${ORGANIZATION}/services`;
  assert.equal((await fetch(services, json("POST", BODY))).status, 200);
  assert.deepEqual(JSON.parse(seen[0]?.body ?? ""), BODY);
  assert.equal((await fetch(services)).status, 200);
  // That the service does not run yet, and so cannot be deleted, is what the API has to say.
  const [{ id } = { id: "" }] = sandbox.state().services;
  assert.ok([200, 409].includes((await fetch(`${services}/${id}`, { method: "DELETE" })).status));
  assert.deepEqual([seen.at(-1)?.method, seen.at(-1)?.body], ["DELETE", ""]);
});

test("a refusal of authorize whose body breaks off", async (t) => {
  const broken = () => new Response(new ReadableStream({ pull: (controller) => controller.error(new Error("gone")) }), { status: 401 });
  const { services } = await proxied(t, { authorize: broken });
  assert.equal(await told(await fetch(services)), "500 INTERNAL_ERROR");
});

test("over HTTP/2", async (t) => {
  const { handler, seen } = await proxied(t);
  const server = createServer2(toNodeListener(handler));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  const session = connect(`http://127.0.0.1:${port}`);
  t.after(() => {
    session.destroy();
    server.close();
  });
  const path = `/v1/organizations/${ORGANIZATION}/services`;
  for (const [headers, body, status] of /** @type {const} */ ([
    [{ ":path": path, origin: `http://127.0.0.1:${port}` }, undefined, 200],
    [{ ":path": path, origin: "https://evil.example" }, undefined, 403],
    [{ ":path": path, ":method": "POST", "content-type": "application/json" }, JSON.stringify(BODY), 200],
  ])) {
    const stream = session.request(headers);
    const answered = once(stream, "response");
    stream.end(body);
    const [{ ":status": got }] = await answered;
    assert.equal(got, status);
    JSON.parse((await stream.setEncoding("utf8").toArray()).join(""));
  }
  assert.equal(seen.length, 2);
});

test("a connection can be used again, also after what was refused unread", async (t) => {
  const { services, handler } = await proxied(t, { maxRequestBytes: 10 });
  for (let count = 0; count < 3; count++)
    assert.equal(await told(await fetch(services, json("POST", "x".repeat(100_000)))), "413 PAYLOAD_TOO_LARGE");
  assert.equal((await fetch(services)).status, 200);
  assert.equal(typeof handler, "function");
});

const names = "{ createProxy, toNodeListener }";
const body = (/** @type {string} */ baseUrl) => `
const proxy = createProxy({ ...${JSON.stringify({ ...key, organizationId: ORGANIZATION, baseUrl })}, allow: ["services.list"], authorize: () => true });
const url = "http://localhost/v1/organizations/${ORGANIZATION}/services";
const caught = (run) => { try { run(); } catch (error) { return error; } };
const then = (async () => ({
  list: (await (await proxy(new Request(url))).json()).result,
  error: caught(() => createProxy({})) instanceof ConfigurationError,
  listener: typeof toNodeListener(proxy),
}))().then((answer) => console.log(JSON.stringify(answer)));
`;

test("installed, in an ES module and in a CommonJS module, with the client's own classes and one wasm", async (t) => {
  const { url, seen } = await upstream(t);
  const count =
    "let count = 0; const { Instance } = WebAssembly; WebAssembly.Instance = function (...all) { count += 1; return new Instance(...all); };";
  const tail = "then.then(() => console.log(new RateLimiter().requests, count));";
  for (const [name, head] of /** @type {const} */ ([
    ["proxy.mjs", `import ${names} from "clickhouse-cloud/proxy"; import { ConfigurationError, RateLimiter } from "clickhouse-cloud";`],
    [
      "proxy.cjs",
      `const ${names} = require("clickhouse-cloud/proxy"); const { ConfigurationError, RateLimiter } = require("clickhouse-cloud");`,
    ],
  ])) {
    const program = file(name, head + count + body(url) + tail);
    const { stdout, stderr } = await start(process.execPath, [program]).ended;
    assert.equal(stdout + stderr, '{"list":[],"error":true,"listener":"function"}\n10 1\n');
  }
  assert.equal(seen.length, 2);
});

const tsc = fileURLToPath(new URL("../../node_modules/typescript/bin/tsc", import.meta.url));
const types = fileURLToPath(new URL("../../node_modules/@types", import.meta.url));
const program = `
import { createServer } from "node:http";
import { createServer as createServer2 } from "node:http2";
import { createProxy, toNodeListener, type OperationName, type ProxyOptions } from "clickhouse-cloud/proxy";

const options: ProxyOptions = {
  keyId: "key", keySecret: "secret", organizationId: "", allow: ["services.list"], origins: ["https://app.example.com"], hosts: ["app.example.com"],
  authorize: async (request, { operation, path }) => request.headers.has("x") && operation === "services.get" && path.serviceId !== "",
};
export const handler: (request: Request) => Promise<Response> = createProxy(options);
createServer(toNodeListener(handler));
createServer2(toNodeListener(handler));
export const name: OperationName = "services.create";

// @ts-expect-error there is no such operation
createProxy({ ...options, allow: ["services.lsit"] });
// @ts-expect-error somebody has to say who may
createProxy({ allow: [] });
// @ts-expect-error a list
createProxy({ ...options, hosts: "app.example.com" });
// @ts-expect-error pages check the answers
createProxy({ ...options, validateResponses: "off" });
`;

test("the types, as a strict project of ES modules and CommonJS modules reads them", () => {
  const paths = ["proxy-types.mts", "proxy-types.cts"].map((name) => file(name, program));
  const strict = [
    "--noEmit",
    "--strict",
    "--exactOptionalPropertyTypes",
    "--target",
    "es2022",
    "--lib",
    "es2022,dom",
    "--module",
    "node16",
  ];
  const args = [tsc, ...strict, "--typeRoots", types, "--types", "node", ...paths];
  const { status, stdout } = spawnSync(process.execPath, args, { cwd: dirname(String(paths[0])), encoding: "utf8" });
  assert.deepEqual({ status, stdout }, { status: 0, stdout: "" });
});

test("nothing of Node is in it", async () => {
  const entry = file("everywhere.mjs", 'export * from "clickhouse-cloud/proxy";');
  for (const condition of ["default", "workerd", "edge-light"]) {
    const options = /** @type {const} */ ({
      bundle: true,
      write: false,
      format: "esm",
      platform: "neutral",
      metafile: true,
      logLevel: "silent",
    });
    const { metafile } = await build({ ...options, entryPoints: [entry], conditions: [condition], external: ["*.wasm", "*.wasm?module"] });
    const outside = Object.values(metafile.outputs).flatMap(({ imports }) => imports.map(({ path }) => path));
    assert.ok(
      outside.every((path) => /\.wasm(\?module)?$/.test(path)),
      String(outside),
    );
    assert.equal(outside.length, condition === "default" ? 0 : 1);
  }
});
