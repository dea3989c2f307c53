// @ts-check
// The minimum versions in docs/runtimes.md: nothing in the packed tarball needs a newer one. esbuild knows the syntax of each
// version, wasm-opt the features of WebAssembly.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { build } from "esbuild";
import { root, run, wasmFeatures } from "../../scripts/tools.mjs";
import { installed, manifest } from "./consumer.mjs";

const page = readFileSync(join(root, "docs/runtimes.md"), "utf8");

/** @param {string} runtime as the first table names it */
function least(runtime) {
  const [, version] = new RegExp(`^\\| ${runtime} +\\| ([\\d.]+) +\\|`, "m").exec(page) ?? [];
  assert.ok(version, `docs/runtimes.md names no version of ${runtime}`);
  return version;
}

/** @param {string} name @param {string | string[]} target */
async function bundled(name, target) {
  const options = /** @type {const} */ ({ bundle: true, format: "esm", write: false, minifySyntax: false, charset: "utf8" });
  const { outputFiles } = await build({
    ...options,
    entryPoints: [join(installed, manifest.exports[name].default.default)],
    target,
    external: ["node:*"],
  });
  return outputFiles[0].text;
}

/** What esbuild would have to rewrite, it rewrites: the text changes. @param {string[]} names @param {string[]} target */
async function needsNoMore(names, target) {
  for (const name of names) assert.ok((await bundled(name, target)) === (await bundled(name, "esnext")), `${name} for ${target}`);
}

test("the syntax, in pages and their workers", () =>
  needsNoMore([".", "./sandbox"], [`chrome${least("Chromium, in a worker")}`, `firefox${least("Firefox")}`, `safari${least("Safari")}`]));

test("the syntax, in Node and Deno", () => needsNoMore([".", "./sandbox", "./proxy"], [`node${least("Node")}`, `deno${least("Deno")}`]));

test("a newer syntax would be seen", async () => {
  await assert.rejects(needsNoMore(["."], ["chrome80"]));
});

test("the WebAssembly has no feature beside those that are named", () => {
  for (const feature of ["client", "sandbox"])
    run("wasm-opt", ["-mvp", ...wasmFeatures, "--strip-debug", join(installed, `dist/${feature}_bg.wasm`), "-o", "/dev/null"]);
});

test("the manifest says the same of Node", () => {
  const [major] = least("Node").split(".");
  assert.equal(manifest.engines.node, `>=${major}`);
});
