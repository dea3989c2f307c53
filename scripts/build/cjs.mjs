// @ts-check
// Phase 6: one CommonJS bundle an entry. The snippet with the error classes is a file of its own, because the client and
// the sandbox must throw the same ones; so is what the client and the proxy share.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { dist, pkg } from "../tools.mjs";

/** @type {import("esbuild").BuildOptions} */
const options = { bundle: true, format: "cjs", platform: "node", target: "node20", logLevel: "warning" };

const [crate] = readdirSync(join(dist, "snippets"));
const errors = join(dist, "snippets", crate, "src/js/errors.js");

/** @type {import("esbuild").Plugin} */
const sharedErrors = {
  name: "shared-errors",
  setup(building) {
    building.onResolve({ filter: /\/errors\.js$/ }, ({ path, resolveDir }) =>
      join(resolveDir, path) === errors ? { path: "./errors.cjs", external: true } : undefined,
    );
  },
};

/**
 * The proxy stands on the client's own classes and wasm: those of a bundle that has what both need.
 *
 * @type {import("esbuild").Plugin}
 */
const sharedCore = {
  name: "shared-core",
  setup(building) {
    const shared = ["index.js", "start.js", "core.js"].map((name) => join(pkg, "src", name));
    building.onResolve({ filter: /\/(index|start|core)\.js$/ }, ({ path, resolveDir }) =>
      shared.includes(join(resolveDir, path)) ? { path: "./core.cjs", external: true } : undefined,
    );
  },
};

/** @param {string} contents */
const text = (contents) => ({ stdin: { contents, resolveDir: join(pkg, "src") } });
/** @param {string} entry */
const file = (entry) => ({ entryPoints: [join(pkg, "src", `${entry}.js`)] });

await build({ ...options, entryPoints: [errors], outfile: join(dist, "errors.cjs") });
const { metafile } = await build({ ...options, ...file("index"), format: "esm", write: false, metafile: true, outfile: "index.js" });
const [index] = Object.values(metafile.outputs);

/** @type {[name: string, input: import("esbuild").BuildOptions, ...plugins: import("esbuild").Plugin[]][]} */
const bundles = [
  ["core", text('import "./start.js"; export * from "../dist/errors.js"; export * from "./client.js"; export * from "./core.js";')],
  // By name, so that an ES module finds them, too.
  ["index", text(`export { ${index.exports.join(", ")} } from "./index.js";`), sharedCore],
  ["sandbox", file("sandbox")],
  ["proxy", file("proxy"), sharedCore],
];
for (const [name, input, ...plugins] of bundles) {
  await build({ ...options, ...input, outfile: join(dist, `${name}.cjs`), plugins: [sharedErrors, ...plugins] });
}
