// @ts-check
// The packed tarball in a page, bundled and minified by esbuild.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { build } from "esbuild";
import { chromium as playwright } from "playwright-core";
import { chromium, chromiumArguments } from "../../scripts/chromium.mjs";
import { file } from "./consumer.mjs";
import { esm, expected } from "./journey.mjs";

/** @type {import("playwright-core").Browser} */
let browser;
before(async () => {
  browser = await playwright.launch({ executablePath: chromium(), args: chromiumArguments });
});
after(() => browser?.close());

/**
 * Serves a page with the journey, and gives the journey's answer and what went wrong in the page.
 *
 * @param {string} script
 * @param {Record<string, string>} headers
 */
async function visit(script, headers = {}) {
  const server = createServer((request, response) => {
    const js = request.url === "/journey.js";
    response.writeHead(200, { ...headers, "content-type": js ? "text/javascript" : "text/html" });
    response.end(js ? script : '<!doctype html><link rel="icon" href="data:,"><script type="module" src="/journey.js"></script>');
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  const page = await browser.newPage();
  /** @type {string[]} */
  const errors = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  try {
    await page.goto(`http://127.0.0.1:${port}/`);
    const answer = await page
      .waitForFunction(() => /** @type {any} */ (globalThis).answer, undefined, { timeout: 10_000 })
      .then((handle) => handle.jsonValue(), () => undefined);
    return { answer, errors };
  } finally {
    await page.close();
    server.close();
  }
}

async function bundled() {
  const entry = file("page.mjs", esm("(answer) => { globalThis.answer = answer; }"));
  const outfile = entry.replace(/page\.mjs$/, "page.bundle.js");
  await build({ entryPoints: [entry], outfile, bundle: true, minify: true, format: "esm", logLevel: "silent" });
  return readFileSync(outfile, "utf8");
}

test("a bundled page", async () => {
  assert.deepEqual(await visit(await bundled()), { answer: expected, errors: [] });
});

test("a bundled page under a content security policy with wasm-unsafe-eval", async () => {
  const policy = { "content-security-policy": "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; img-src data:" };
  assert.deepEqual(await visit(await bundled(), policy), { answer: expected, errors: [] });
});
