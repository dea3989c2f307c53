// @ts-check
// Other libraries' fetch as the `fetch` option, bytes of other realms, and signals of a polyfill: each in its own process, which
// exits by itself, with the installed tarball.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { start } from "../http/server.mjs";
import { file } from "../package/consumer.mjs";
import { linked } from "./tools.mjs";

before(() => linked("node-fetch", "node-fetch-2", "cross-fetch", "undici", "whatwg-fetch", "jsdom", "happy-dom", "abort-controller"));

/** A server, and calls of each kind through the `fetch` that the program creates for its address. */
const CALLS = `
  import { createServer } from "node:http";
  import { CloudClient } from "clickhouse-cloud";
  const id = "3f6c1d1e-8a52-4b6f-9d0c-5a1b2c3d4e5f";
  const lines = [];
  const controller = new AbortController();
  const server = createServer(async (request, response) => {
    const [, , kind] = request.url.split("/" + id);
    let body = "";
    for await (const piece of request) body += piece;
    lines.push(request.method + " " + request.url.split("?")[1]);
    if (request.headers.authorization !== "Basic YTpi") return response.writeHead(401).end();
    const send = (status, value) => response.writeHead(status, { "content-type": "application/json", "x-ratelimit-reset": "0" }).end(JSON.stringify({ status, requestId: "r-1", ...value }));
    if (request.method === "PATCH") return send(200, { result: { id, name: JSON.parse(body).name, state: "running" } });
    if (request.url.endsWith("/services")) return send(200, { result: [{ id, name: "één", state: "running" }] });
    if (request.url.endsWith("/backups")) return response.end(" ".repeat(50_000));
    if (request.url.includes("/backups/")) return controller.abort("mine");
    send(404, { error: "NOT_FOUND: no such service" });
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const baseUrl = "http://127.0.0.1:" + server.address().port;
  const told = async (call) => { try { return await call; } catch (error) { return [error.name, error.status].join(" ").trim(); } };
  async function calls(fetch) {
    const cloud = new CloudClient({ baseUrl, keyId: "a", keySecret: "b", organizationId: id, fetch, maxBodyBytes: 20_000, retryBudgetMs: 0, dangerouslyAllowBrowser: true });
    const { data, requestId, status } = await cloud.services.list().withResponse();
    const results = [
      [data[0].name, requestId, status].join(" "), (await cloud.services.update(id, { name: "ünd" })).name, await told(cloud.services.get(id)),
      await told(cloud.backups.list(id)), await cloud.backups.get(id, id, { signal: controller.signal }).catch((reason) => reason),
    ];
    console.log(results.join(", "));
    if (lines.join() !== "GET undefined,PATCH undefined,GET undefined,GET undefined,GET undefined") console.log(lines);
    server.close();
  }`;
const CALLED = "één r-1 200, ünd, NotFoundError 404, ConnectionError, mine\n";

/** @type {[name: string, program: string, printed: string][]} */
const programs = [
  ["node-fetch 3", `${CALLS} import fetch from "node-fetch"; await calls(fetch);`, CALLED],
  ["node-fetch 2", `${CALLS} import fetch from "node-fetch-2"; await calls(fetch);`, CALLED],
  ["cross-fetch", `${CALLS} import fetch from "cross-fetch"; await calls(fetch);`, CALLED],
  [
    "undici's own fetch, with an agent",
    `${CALLS}
    import { Agent, fetch } from "undici";
    const dispatcher = new Agent();
    await calls((url, init) => fetch(url, { ...init, dispatcher }));
    await dispatcher.close();`,
    CALLED,
  ],
  [
    "whatwg-fetch in jsdom",
    `${CALLS}
    import { readFileSync } from "node:fs";
    import { createRequire } from "node:module";
    import { JSDOM } from "jsdom";
    const { window } = new JSDOM("", { url: baseUrl, runScripts: "outside-only" });
    window.eval(readFileSync(createRequire(import.meta.url).resolve("whatwg-fetch"), "utf8"));
    await calls(window.fetch);
    window.close();`,
    CALLED,
  ],
  [
    "happy-dom's fetch",
    `${CALLS}
    import { Window } from "happy-dom";
    const window = new Window({ url: baseUrl });
    await calls((url, init) => window.fetch(url, init));
    await window.happyDOM.close();`,
    CALLED,
  ],
  [
    "bytes of another realm: jsdom's environments replace the global Uint8Array",
    `
    import vm from "node:vm";
    const native = Uint8Array;
    globalThis.Uint8Array = vm.runInNewContext("Uint8Array");
    const { CloudClient, hashPassword, doubleSha1Hash } = await import("clickhouse-cloud");
    const { Sandbox } = await import("clickhouse-cloud/sandbox");
    const sandbox = new Sandbox({ rateLimit: false });
    const cloud = new CloudClient(sandbox.clientOptions);
    const { service } = await cloud.services.create({ name: "e", provider: "aws", region: "eu-west-1" });
    sandbox.advance(600_000);
    const kinds = [new TextEncoder().encode("abc"), native.of(97, 98, 99), Uint8Array.of(97, 98, 99), Buffer.from("abc")];
    console.log(new Set(kinds.flatMap((bytes) => [hashPassword(bytes), doubleSha1Hash(bytes)])).size);
    for (const bytes of kinds) {
      await cloud.services.setPassword(service.id, bytes);
      if (!sandbox.verifyPassword(service.id, "abc")) console.log("another password");
      const fetch = async () => new Response(new ReadableStream({ start(to) { to.enqueue(native.from(Buffer.from('{"status":200,"result":[]}'))); to.close(); } }));
      console.log((await new CloudClient({ ...sandbox.clientOptions, fetch }).services.list()).length);
    }`,
    "2\n0\n0\n0\n0\n",
  ],
  [
    "a jsdom window's bytes and buffers",
    `
    import { JSDOM } from "jsdom";
    import { CloudClient, hashPassword } from "clickhouse-cloud";
    import { Sandbox } from "clickhouse-cloud/sandbox";
    const { window } = new JSDOM("", { runScripts: "outside-only" });
    const body = window.eval('Uint8Array.from([...\\'{"status":200,"result":[]}\\'].map((one) => one.charCodeAt(0)))');
    for (const whole of [body, body.buffer]) {
      const fetch = async () => ({ status: 200, arrayBuffer: async () => whole });
      console.log((await new CloudClient({ ...new Sandbox().clientOptions, fetch }).services.list()).length);
    }
    console.log(hashPassword(window.eval("Uint8Array.of(97, 98, 99)")) === hashPassword("abc"));`,
    "0\n0\ntrue\n",
  ],
  [
    "a signal of abort-controller, which has no reason",
    `
    import { AbortController } from "abort-controller";
    import { CloudClient } from "clickhouse-cloud";
    import { Sandbox } from "clickhouse-cloud/sandbox";
    const cloud = new CloudClient(new Sandbox().clientOptions);
    const controller = new AbortController();
    const { signal } = controller;
    const ended = [
      cloud.services.list(undefined, { signal }),
      cloud.services.createAndWait({ name: "e", provider: "aws", region: "eu-west-1" }, { signal, onCreated: () => { controller.abort(); return new Promise(() => {}); } }),
    ].map((call) => call.catch((reason) => reason));
    await ended[0];
    for (const reason of [await ended[1], await cloud.services.list(undefined, { signal }).catch((reason) => reason)]) console.log(reason instanceof DOMException, reason.name, reason.message);`,
    "true AbortError this operation was aborted\ntrue AbortError this operation was aborted\n",
  ],
  [
    "requests of node-fetch and undici to a sandbox",
    `
    import * as second from "node-fetch-2";
    import * as third from "node-fetch";
    import * as undici from "undici";
    import { Sandbox } from "clickhouse-cloud/sandbox";
    const sandbox = new Sandbox();
    const { keyId, keySecret, organizationId } = sandbox.clientOptions;
    const headers = { authorization: "Basic " + btoa(keyId + ":" + keySecret), "content-type": "application/json" };
    const url = "https://api.clickhouse.cloud/v1/organizations/" + organizationId + "/services";
    const body = JSON.stringify({ name: "e", provider: "aws", region: "eu-west-1" });
    for (const { Request } of [second, third, undici, globalThis]) {
      const made = await sandbox.fetch(new Request(url, { method: "POST", headers, body }));
      const read = await sandbox.fetch(new Request(url, { headers }));
      console.log(made.status, read.status, (await read.json()).result.length);
    }`,
    "200 200 1\n200 200 2\n200 200 3\n200 200 4\n",
  ],
];

for (const [index, [name, program, printed]] of programs.entries()) {
  test(name, { timeout: 60_000 }, async () => {
    const { code, stdout, stderr } = await start(process.execPath, [file(`fetches-${index}.mjs`, program)]).ended;
    assert.deepEqual([stdout, stderr, code], [printed, "", 0]);
  });
}
