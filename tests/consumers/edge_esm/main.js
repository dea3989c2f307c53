// An edge function as its hosts build and run it: one script, to which the compiled modules of `?module` are lent. There,
// wasm is not compiled from bytes.
import { readFileSync } from "node:fs";
import { EdgeRuntime } from "edge-runtime";
import { build } from "esbuild";

/** @type {Record<string, WebAssembly.Module>} */
const lent = {};
const modules = {
  name: "modules",
  setup({ onResolve, onLoad, resolve }) {
    onResolve({ filter: /\?module$/ }, async ({ path, ...from }) => {
      const { path: wasm } = await resolve(path.replace("?module", ""), { kind: from.kind, resolveDir: from.resolveDir });
      return { path: wasm, namespace: "module" };
    });
    onLoad({ filter: /./, namespace: "module" }, ({ path }) => {
      lent[path] = new WebAssembly.Module(readFileSync(path));
      return { contents: `export default lent[${JSON.stringify(path)}]` };
    });
  },
};
const { outputFiles } = await build({
  entryPoints: ["worker.js"],
  conditions: ["edge-light"],
  bundle: true,
  write: false,
  format: "iife",
  plugins: [modules],
});
const runtime = new EdgeRuntime({
  initialCode: outputFiles[0].text,
  codeGeneration: { strings: false, wasm: false },
  extend: (context) => Object.assign(context, { lent }),
});
const answer = await runtime.dispatchFetch("http://127.0.0.1/", { method: "POST", body: process.env.SANDBOX });
console.log(JSON.stringify(await answer.json()));
