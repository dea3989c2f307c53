// @ts-check
// Phase 6: one CommonJS bundle an entry. The error classes are a file of their own, because the client and the sandbox
// must throw the same ones.
import { join } from "node:path";
import { build } from "esbuild";
import { dist, modules, pkg } from "../tools.mjs";

/** @type {import("esbuild").BuildOptions} */
const options = { bundle: true, format: "cjs", platform: "node", target: "node20", logLevel: "warning" };

/** @type {import("esbuild").Plugin} */
const sharedErrors = {
  name: "shared-errors",
  setup(building) {
    building.onResolve({ filter: /\/errors\.js$/ }, () => ({ path: "./errors.cjs", external: true }));
  },
};

await build({ ...options, entryPoints: [join(dist, "errors.js")], outfile: join(dist, "errors.cjs") });
for (const { entry } of modules) {
  const entryPoints = [join(pkg, "src", `${entry}.js`)];
  await build({ ...options, entryPoints, outfile: join(dist, `${entry}.cjs`), plugins: [sharedErrors] });
}
