// @ts-check
// The presets of Nitro, and of Nuxt, which is built on it: each build is run in what its host is, or is like.
import { writeFileSync } from "node:fs";
import { join } from "node:path";

/** @typedef {import("./harness.mjs").Context} Context */

const anywhere = ["--ip", "127.0.0.1", "--port", "0", "--inspector-port", "0"];
const worker = ["--compatibility-date", "2026-04-01", "--compatibility-flags", "nodejs_compat"];

/**
 * Starts what a preset has built, and gives the server and its address.
 *
 * @type {Record<string, (context: Context) => Promise<{ server: ReturnType<Context["start"]>, url: string }>>}
 */
const hosts = {
  node_server: (context) => listening(context, "node", ".output/server/index.mjs"),
  bun: (context) => listening(context, "bun", ".output/server/index.mjs"),
  deno_server: (context) => listening(context, "deno", "run", "-A", ".output/server/index.mjs"),
  deno_deploy: (context) => listening(context, "deno", "run", "-A", ".output/server/index.ts"),
  cloudflare_module: (context) => listening(context, "wrangler", "dev", ".output/server/index.mjs", ...worker, ...anywhere),
  cloudflare_pages: (context) => listening(context, "wrangler", "dev", "dist/_worker.js/index.js", ...worker, ...anywhere),
  // Netlify's edge functions are Deno; it calls what the file exports.
  netlify_edge: (context) => {
    const program = `import handler from "./.netlify/edge-functions/server/server.js";
      const onListen = ({ port }) => console.log("Listening on http://127.0.0.1:" + port);
      Deno.serve({ hostname: "127.0.0.1", port: 0, onListen }, (request) => handler(request, {}));`;
    writeFileSync(join(context.folder, "netlify.mjs"), program);
    return listening(context, "deno", "run", "-A", "netlify.mjs");
  },
  // Vercel's own runtime for edge functions, as a library; it lends the modules of Node that an edge function may import.
  // Nitro's preset compiles the wasm from bytes, which this runtime has to permit.
  vercel_edge: (context) => {
    const program = `import { EventEmitter } from "node:events";
      import { AsyncLocalStorage } from "node:async_hooks";
      import { Buffer } from "node:buffer";
      import { EdgeRuntime, runServer } from "edge-runtime";
      import { build } from "esbuild";
      const lent = { events: { EventEmitter }, buffer: { Buffer }, async_hooks: { AsyncLocalStorage } };
      const nodes = { name: "node", setup({ onResolve, onLoad }) {
        onResolve({ filter: /^node:/ }, ({ path }) => ({ path: path.slice("node:".length), namespace: "node" }));
        onLoad({ filter: /./, namespace: "node" }, ({ path }) => ({ contents: "module.exports = lent." + path }));
      } };
      const contents = \`import handle from "./.vercel/output/functions/__fallback.func/index.mjs";
        addEventListener("fetch", (event) => event.respondWith(handle(event.request, event)));\`;
      const options = { bundle: true, write: false, format: "iife", plugins: [nodes], logLevel: "error" };
      const { outputFiles } = await build({ stdin: { contents, resolveDir: "." }, ...options });
      const runtime = new EdgeRuntime({ initialCode: outputFiles[0].text, extend: (context) => Object.assign(context, { lent }) });
      const { url } = await runServer({ runtime, port: 0, host: "127.0.0.1" });
      console.log("Listening on " + url);`;
    writeFileSync(join(context.folder, "vercel.mjs"), program);
    return listening(context, "node", "vercel.mjs");
  },
};

export const presets = Object.keys(hosts);

/** @param {Context} context @param {string} program @param {string[]} args */
async function listening({ start }, program, ...args) {
  const server = start(program, ...args);
  const [, port] = await server.printed(/(?:Listening|Ready)(?: on)? \S+?:([1-9]\d*)/i);
  return { server, url: `http://127.0.0.1:${port}` };
}

/**
 * Builds with each preset, and asks what it built at a path.
 *
 * @param {Context} context
 * @param {string} builder `nitropack` or `nuxt`
 * @param {string} path
 * @returns {Promise<Record<string, unknown>>} the answer of each
 */
export async function checkPresets(context, builder, path) {
  // PORT and HOST are for servers of Node and Bun, the address is for Deno.serve.
  const own = { PORT: "0", HOST: "127.0.0.1", DENO_SERVE_ADDRESS: "tcp:127.0.0.1:0" };
  Object.assign(context.env, own, { CI: "1", WRANGLER_SEND_METRICS: "false", NITRO_TELEMETRY_DISABLED: "1", NUXT_TELEMETRY_DISABLED: "1" });
  /** @type {Record<string, unknown>} */
  const answers = {};
  for (const [preset, host] of Object.entries(hosts)) {
    await context.run(builder, "build", "--preset", preset);
    const { server, url } = await host(context);
    answers[preset] = await server.get(new URL(path, url).href);
    server.child.kill();
  }
  return answers;
}
