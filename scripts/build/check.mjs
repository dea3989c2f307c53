// @ts-check
// Phase 11: checks before packing. The crate and the package have one version, every file that package.json names exists, and no
// export of a wasm module crashes V8 11.3.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import binaryen from "binaryen";
import { dist, fail, modules, pkg, read, root } from "../tools.mjs";

const manifest = JSON.parse(read(join(pkg, "package.json")));
const crate = read(join(root, "Cargo.toml")).match(/^version = "([^"]+)"/m)?.[1];
if (manifest.version !== crate) fail(`Cargo.toml has version ${crate}, pkg/package.json ${manifest.version}: make them one`);

/** @param {unknown} value @returns {string[]} */
function paths(value) {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(paths) : [];
}
const { main, module, types, exports } = manifest;
const missing = paths([main, module, types, exports]).filter((path) => !existsSync(join(pkg, path)));
if (missing.length > 0) fail(`pkg/package.json names missing files: ${missing.join(", ")}`);

/**
 * Exports that return a single reference. V8 11.3 (Node 20) stops with "unreachable code" if it has inlined a call of one
 * and deoptimizes the caller before the call returns.
 *
 * @param {Uint8Array} wasm
 */
function exportsOfReferences(wasm) {
  const module = binaryen.readBinary(wasm);
  return Array.from({ length: module.getNumExports() }, (_, index) => binaryen.getExportInfo(module.getExportByIndex(index)))
    .filter(({ kind }) => kind === binaryen.ExternalFunction)
    .filter(({ value }) => binaryen.getFunctionInfo(module.getFunction(value)).results === binaryen.externref)
    .map(({ name }) => name);
}

for (const { feature } of modules) {
  const references = exportsOfReferences(readFileSync(join(dist, `${feature}_bg.wasm`)));
  if (references.length > 0) fail(`these exports return one reference, return a Result (see Core::call): ${references.join(", ")}`);
}
