// @ts-check
// Runs measurements in a page of each browser engine of this machine. A page is one bundle of modules, as an application's.
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { engines, lacking } from "../../scripts/engines.mjs";
import { open } from "../../tests/engines/webdriver.mjs";
import { bundled } from "../peers/sdk.mjs";
import { body, headers } from "../peers/service.mjs";

/**
 * @typedef {object} Page of one engine
 * @property {string} name
 * @property {string} version
 * @property {(workload: string, options: object) => Promise<any>} run runs a workload of page/main.mjs in a new page
 * @property {(side: string, options: object) => Promise<any>} load loads a side of page/cold.mjs in a new page
 *
 * @typedef {{ engines: Page[], missing: string[], close: () => Promise<void> }} Pages
 */

/** How long a workload may take. */
const LONGEST_MS = 240_000;

const own = (/** @type {string} */ path) => fileURLToPath(new URL(`../page/${path}`, import.meta.url));

/** Bundles and serves the pages, and starts the engines. @returns {Promise<Pages>} */
export async function openPages() {
  /** @type {(() => unknown)[]} */
  const ends = [];
  const later = (/** @type {() => unknown} */ end) => void ends.unshift(end);
  const { outputFiles } = await build({
    entryPoints: ["main.mjs", "cold-fetch.mjs", "cold-stack.mjs", "cold-sdk.mjs", "cold-client.mjs"].map(own),
    ...{ bundle: true, minify: true, format: "esm", target: "es2022", write: false, outdir: "/", logLevel: "error" },
    alias: { sdk: await bundled() },
  });
  const files = new Map(outputFiles.map(({ path, contents }) => [path, contents]));
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
    // Isolated pages have a finer clock.
    const all = {
      "cache-control": "no-store",
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-embedder-policy": "require-corp",
    };
    if (pathname.startsWith("/v1/")) return response.writeHead(200, { ...all, ...headers }).end(body);
    const file = files.get(pathname);
    if (file !== undefined) return response.writeHead(200, { ...all, "content-type": "text/javascript" }).end(file);
    const script = searchParams.get("script");
    const html = `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><script type="module" src="/${script}.js"></script>`;
    response.writeHead(200, { ...all, "content-type": "text/html" }).end(html);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  later(() => {
    server.close();
    server.closeAllConnections();
  });
  const origin = `http://127.0.0.1:${/** @type {import("node:net").AddressInfo} */ (server.address()).port}`;

  const all = engines.map(({ name }) => ({ name, reason: lacking(name) }));
  const present = engines.filter(({ name }) => lacking(name) === undefined);
  const opened = await Promise.all(
    present.map(async (engine) => {
      const browser = await open(engine, later);
      /** @param {string} script @param {object} options */
      const visit = async (script, options) => {
        const hash = encodeURIComponent(JSON.stringify(options));
        // A page whose address differs only behind # is not loaded anew.
        await browser.go("about:blank");
        await browser.go(`${origin}/?script=${script}#${hash}`);
        const outcome = await browser.until("return document.documentElement.dataset.outcome ?? null", LONGEST_MS);
        const { value, error } = JSON.parse(outcome);
        if (error !== undefined) throw new Error(`${engine.name}: ${error}`);
        return value;
      };
      return {
        name: engine.name,
        version: browser.version,
        run: (/** @type {string} */ workload, /** @type {object} */ options) => visit("main", { workload, ...options }),
        load: (/** @type {string} */ side, /** @type {object} */ options) => visit(`cold-${side}`, options),
      };
    }),
  );
  return {
    engines: opened,
    missing: all.flatMap(({ reason }) => (reason === undefined ? [] : [reason])),
    async close() {
      for (const end of ends) await end();
    },
  };
}
