// @ts-check
// Browsers resend a request, even a POST, when a keep-alive connection closes before a response. Chromium and Firefox do so here,
// over HTTP/1.1 and HTTP/2; through the proxy only one service is created.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { createSecureServer } from "node:http2";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { build } from "esbuild";
import { chromium as playwright } from "playwright-core";
import puppeteer from "puppeteer-core";
import { createProxy, toNodeListener } from "clickhouse-cloud/proxy";
import { Sandbox } from "clickhouse-cloud/sandbox";
import { chromium, chromiumArguments, firefox } from "../../scripts/chromium.mjs";
import { ALL, BODY, ORGANIZATION, key } from "./support.mjs";

/** @typedef {{ page: (url: string) => Promise<{ evaluate: (run: any, argument?: any) => Promise<any>, close: () => Promise<void> }> }} Browser */

/** @type {Record<string, Browser>} */
const browsers = {};
/** @type {(() => unknown)[]} */
const ends = [];
after(() => Promise.all(ends.map((end) => end())));
/** @type {Buffer | string} */
let script = "";
/** @type {{ key: Buffer, cert: Buffer }} */
let identity;

before(async () => {
  const entry = {
    contents: 'import { CloudClient } from "clickhouse-cloud"; globalThis.CloudClient = CloudClient;',
    resolveDir: import.meta.dirname,
  };
  const { outputFiles } = await build({ stdin: entry, bundle: true, write: false, format: "esm", logLevel: "silent" });
  script = outputFiles[0]?.text ?? "";

  const folder = mkdtempSync(join(tmpdir(), "clickhouse-cloud-resent-"));
  ends.push(() => rmSync(folder, { recursive: true, force: true }));
  const [keyFile, certFile] = ["key.pem", "cert.pem"].map((name) => join(folder, name));
  const args = [
    "req",
    "-x509",
    "-newkey",
    "ec",
    "-pkeyopt",
    "ec_paramgen_curve:prime256v1",
    "-nodes",
    "-days",
    "2",
    "-subj",
    "/CN=localhost",
  ];
  execFileSync("openssl", [...args, "-addext", "subjectAltName=DNS:localhost", "-keyout", String(keyFile), "-out", String(certFile)], {
    stdio: "ignore",
  });
  identity = { key: readFileSync(String(keyFile)), cert: readFileSync(String(certFile)) };

  const one = await playwright.launch({ executablePath: chromium(), args: chromiumArguments });
  ends.push(() => one.close());
  browsers.Chromium = {
    async page(url) {
      const context = await one.newContext({ ignoreHTTPSErrors: true });
      const page = await context.newPage();
      await page.goto(url);
      return { evaluate: (run, argument) => page.evaluate(run, argument), close: () => context.close() };
    },
  };
  const other = await puppeteer.launch({
    browser: "firefox",
    executablePath: firefox() ?? "firefox-esr",
    headless: true,
    acceptInsecureCerts: true,
  });
  ends.push(() => other.close());
  browsers.Firefox = {
    async page(url) {
      const page = await other.newPage();
      await page.goto(url);
      return { evaluate: (run, argument) => page.evaluate(run, argument), close: () => page.close() };
    },
  };
});

/**
 * A page, its server with the proxy, and a sandbox behind it. The server ends the page's connection when the first create
 * was carried out: before the proxy has the API's response, or before the page has that of the proxy. With `goaway` it says
 * that it has not seen the request, as something in front may do that has handed it on already.
 *
 * @param {{ after: (end: () => unknown) => void }} t
 * @param {{ http2: boolean, goaway: boolean, underWay: boolean, keyless?: boolean }} how
 */
async function serve(t, { http2, goaway, underWay, keyless = false }) {
  const sandbox = new Sandbox({ ...key, organizationId: ORGANIZATION, timeScale: 1000 });
  /** Each create that came to the server. @type {(() => void)[]} */
  const cuts = [];
  /** By the browser's port. @type {Map<number | undefined, import("node:net").Socket>} */
  const connections = new Map();
  const arrived = new EventTarget();
  let creates = 0;
  const proxy = createProxy({
    ...key,
    organizationId: ORGANIZATION,
    rateLimit: false,
    allow: ALL,
    authorize: () => true,
    logLevel: "off",
    fetch: async (url, init) => {
      const response = await sandbox.fetch(url, init);
      if (init.method !== "POST" || (creates += 1) > 1) return response;
      const second = once(arrived, "create");
      cuts[0]?.();
      if (underWay) await second;
      return response;
    },
  });
  const listener = toNodeListener(proxy);
  /** @type {any} */
  const serving = async (/** @type {any} */ request, /** @type {any} */ response) => {
    if (request.url === "/page.js") return response.writeHead(200, { "content-type": "text/javascript" }).end(script);
    if (!request.url.startsWith("/api/"))
      return response.writeHead(200, { "content-type": "text/html" }).end("<!doctype html><title>page</title>");
    if (request.method === "POST") {
      const { remotePort } = request.socket;
      const { session, id = 0 } = request.stream ?? {};
      cuts.push(() => {
        if (!goaway) return void connections.get(remotePort)?.resetAndDestroy();
        session.goaway(0, id - 2);
        session.destroy();
      });
      arrived.dispatchEvent(new Event("create"));
    }
    const hidden = (/** @type {string} */ name) => (/^idempotency-key$/i.test(name) ? "x-hidden" : name);
    const rawHeaders = keyless ? request.rawHeaders.map(hidden) : request.rawHeaders;
    const given = {
      method: request.method,
      url: request.url,
      rawHeaders,
      socket: request.socket,
      [Symbol.asyncIterator]: () => request[Symbol.asyncIterator](),
    };
    return listener(given, response);
  };
  const server = http2 ? createSecureServer(identity, serving) : createServer(serving);
  server.on("connection", (socket) => connections.set(socket.remotePort, socket));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.close();
    for (const socket of connections.values()) socket.destroy();
  });
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  return { url: `${http2 ? "https" : "http"}://localhost:${port}/`, sandbox, arrivals: () => cuts.length };
}

/**
 * Creates a service in a page, over a connection that was used before.
 *
 * @param {string} name
 * @param {string} url
 */
async function created(name, url) {
  const page = await /** @type {Browser} */ (browsers[name]).page(url);
  try {
    return await page.evaluate(async (/** @type {any} */ body) => {
      const at = "/page.js";
      await import(at);
      const cloud = new /** @type {any} */ (globalThis).CloudClient({ baseUrl: "/api/clickhouse", rateLimit: false });
      await cloud.services.list();
      const { data, attempts } = await cloud.services.create(body).withResponse();
      return { id: data.service.id, password: data.password, attempts };
    }, BODY);
  } finally {
    await page.close();
  }
}

for (const name of ["Chromium", "Firefox"]) {
  for (const http2 of [false, true]) {
    const what = `${name}, HTTP/${http2 ? 2 : 1.1}`;
    // Over HTTP/2, Firefox resends only requests that the server reports as unprocessed.
    const goaway = http2 && name === "Firefox";

    test(`${what}: without a key, what a browser sends again is done again`, { timeout: 60_000 }, async (t) => {
      const { url, sandbox, arrivals } = await serve(t, { http2, goaway, underWay: false, keyless: true });
      const { attempts } = await created(name, url);
      assert.deepEqual([arrivals(), attempts, sandbox.state().services.length], [2, 1, 2]);
    });

    for (const underWay of [true, false]) {
      test(`${what}: a create that arrives again, the first one ${underWay ? "under way" : "done"}`, { timeout: 60_000 }, async (t) => {
        const { url, sandbox, arrivals } = await serve(t, { http2, goaway, underWay });
        const { id, password, attempts } = await created(name, url);
        assert.deepEqual([arrivals(), attempts], [2, 1], "the browser has sent it twice, and its page knows of one attempt");
        assert.deepEqual(
          sandbox.state().services.map((service) => service.id),
          [id],
        );
        assert.ok(sandbox.verifyPassword(id, password));
      });
    }
  }
}
