// @ts-check
// Serves the built page on loopback, opens it in a browser, and records its errors.
import assert from "node:assert/strict";
import { createReadStream, existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { expect as playwrightExpect } from "@playwright/test";
import { chromium as playwright } from "playwright-core";
import { build } from "vite";
import { chromium, chromiumArguments } from "../../scripts/chromium.mjs";

export const root = fileURLToPath(new URL("../../www", import.meta.url));

/** @type {Record<string, string>} */
const types = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".json": "application/json" };

/** How long a page may take to get there: a loaded machine is slow. */
const PATIENCE_MS = 30_000;

/** Assertions on a page that are tried again until they hold. */
export const expect = playwrightExpect.configure({ timeout: PATIENCE_MS });

/**
 * Builds the page and serves it; gives its address.
 *
 * @param {import("vite").Plugin[]} [plugins] what a test adds to the build
 */
export async function serve(plugins = []) {
  const folder = mkdtempSync(join(tmpdir(), "clickhouse-cloud-page-"));
  await build({ root, plugins, logLevel: "error", build: { outDir: folder, emptyOutDir: true } });
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    const path = join(folder, normalize(pathname === "/" ? "/index.html" : pathname));
    if (!existsSync(path) || !statSync(path).isFile()) return response.writeHead(404).end();
    response.writeHead(200, { "content-type": types[extname(path)] ?? "application/octet-stream" });
    createReadStream(path).pipe(response);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  return {
    address: `http://127.0.0.1:${port}/`,
    folder,
    close() {
      server.close();
      server.closeAllConnections();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export const launch = () => playwright.launch({ executablePath: chromium(), args: chromiumArguments });

/**
 * Opens the page, hands it to the visit, and fails when the page logged an error or sent a request elsewhere.
 *
 * @param {import("playwright-core").Browser} browser
 * @param {string} address
 * @param {(page: import("playwright-core").Page) => Promise<void>} visit
 * @param {import("playwright-core").BrowserContextOptions} [options]
 * @param {() => void} [before] runs in the page before its scripts
 */
export async function inPage(browser, address, visit, options, before) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  /** @type {string[]} */
  const wrong = [];
  page.on("pageerror", (error) => wrong.push(String(error)));
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && wrong.push(message.text()));
  page.on("request", (request) => {
    const { protocol, origin } = new URL(request.url());
    if (protocol !== "data:" && origin !== new URL(address).origin) wrong.push(`a request to ${request.url()}`);
  });
  try {
    if (before !== undefined) await page.addInitScript(before);
    await page.goto(address);
    await visit(page);
    assert.deepEqual(wrong, []);
  } finally {
    await context.close();
  }
}
