// @ts-check
// Phase 6: one CommonJS bundle an entry. The snippet with the error classes is a file of its own, because the client and
// the sandbox must throw the same ones.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { dist, modules, pkg } from "../tools.mjs";

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

await build({ ...options, entryPoints: [errors], outfile: join(dist, "errors.cjs") });
for (const { entry } of modules) {
  const entryPoints = [join(pkg, "src", `${entry}.js`)];
  await build({ ...options, entryPoints, outfile: join(dist, `${entry}.cjs`), plugins: [sharedErrors] });
}
