// @ts-check
// Calls passed to browser features that take promises: locks, view transitions, and the lifetime of a service worker.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import { after, before, test } from "node:test";
import { build } from "esbuild";
import { launch } from "./site.mjs";

const CLIENT = `
  import { CloudClient } from "clickhouse-cloud";
  import { Sandbox } from "clickhouse-cloud/sandbox";
  const cloud = new CloudClient(new Sandbox({ timeScale: 1_000 }).clientOptions);`;

/** @type {Record<string, string>} */
const sources = {
  "/page.js": `${CLIENT}
    globalThis.locked = () => navigator.locks.request("services", () => cloud.services.list());
    globalThis.transition = () => document.startViewTransition(() => cloud.services.list()).updateCallbackDone.then(() => "done");
    globalThis.installed = async () => {
      const registration = await navigator.serviceWorker.register("/worker.js");
      const worker = registration.installing ?? registration.waiting ?? registration.active;
      const isOver = () => worker.state === "activated" || worker.state === "redundant";
      while (!isOver()) await new Promise((resolve) => worker.addEventListener("statechange", resolve, { once: true }));
      return worker.state;
    };`,
  // Installed is a worker only when the promise has settled.
  "/worker.js": `${CLIENT}
    addEventListener("install", (event) => event.waitUntil(cloud.services.list()));
    addEventListener("activate", (event) => event.waitUntil(cloud.services.waitFor("no id", "running").catch(() => {})));`,
};

/** @type {import("playwright-core").Browser} */
let browser;
/** @type {import("playwright-core").Page} */
let page;
/** @type {import("node:http").Server} */
let server;

before(async () => {
  const resolveDir = fileURLToPath(new URL(".", import.meta.url));
  const bundle = async (/** @type {string} */ contents) =>
    (await build({ stdin: { contents, resolveDir }, bundle: true, format: "esm", write: false, logLevel: "silent" })).outputFiles[0]
      ?.text ?? "";
  const scripts = new Map(
    await Promise.all(Object.entries(sources).map(async ([path, text]) => /** @type {const} */ ([path, await bundle(text)]))),
  );
  server = createServer((request, response) => {
    const script = scripts.get(request.url ?? "/");
    response.setHeader("content-type", script === undefined ? "text/html" : "text/javascript");
    response.end(script ?? '<!doctype html><title>promises</title><script type="module" src="/page.js"></script>');
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  browser = await launch();
  page = await (await browser.newContext()).newPage();
  page.setDefaultTimeout(20_000);
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  await page.goto(`http://127.0.0.1:${port}/`);
  await page.waitForFunction("globalThis.installed");
});
after(async () => {
  await browser?.close();
  server?.close();
  server?.closeAllConnections();
});

for (const [name, expected] of /** @type {[string, unknown][]} */ ([
  ["locked", []],
  ["transition", "done"],
  ["installed", "activated"],
])) {
  test(`a call that is ${name}`, async () => {
    const ended = await Promise.race([
      page.evaluate(`globalThis.${name}()`),
      new Promise((resolve) => setTimeout(() => resolve("nothing within 20 s"), 20_000).unref()),
    ]);
    assert.deepEqual(ended, expected);
  });
}
