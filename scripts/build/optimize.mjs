// @ts-check
// Phase 3: what never runs becomes a trap, wasm-opt makes the module smaller, like functions come to stand together, and
// the imports get short names: those of wasm-bindgen carry hashes, which nothing compresses. FEATURE.imports.json says
// what they were.
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { numberImports } from "../imports.mjs";
import { order, rename } from "../order.mjs";
import { trap } from "../traps.mjs";
import { dist, featureArgument, run, wasmFeatures, work, write } from "../tools.mjs";

const feature = featureArgument();
mkdirSync(dist, { recursive: true });
// The sandbox formats its texts; the client, which must be small, does not.
const trapped = trap(readFileSync(join(work, "bindgen", feature, `${feature}_bg.wasm`)), { formats: feature === "sandbox" });

/** @param {Uint8Array} module @param {string[]} options */
function optimize(module, ...options) {
  const [from, to] = ["trapped", "optimized"].map((name) => join(work, `${feature}.${name}.wasm`));
  write(from, module);
  run("wasm-opt", [
    ...wasmFeatures,
    // Measured after brotli, which is what travels: what is called once stands where it is called, and control flow is
    // made anew.
    "--one-caller-inline-max-function-size=30",
    // Runs of zeros in the data compress to less than the headers of the segments that would leave them out.
    "--skip-pass=memory-packing",
    // The first kilobyte of the memory is the last of the stack: no address begins there.
    "--low-memory-unused",
    ...(feature === "client" ? ["-Oz", "--flatten", "--rereloop", "-Oz", "-Os"] : ["-O2"]),
    "--reorder-locals",
    "--reorder-functions-by-name",
    "--strip-producers",
    "--strip-target-features",
    from,
    ...["-o", to],
    ...options,
  ]);
  return readFileSync(to);
}
// Twice: only what is optimized tells which functions are alike.
const wasm = optimize(rename(trapped, order(optimize(trapped, "-g"))), "--strip-debug");
const imports = WebAssembly.Module.imports(new WebAssembly.Module(wasm));
write(join(work, `${feature}.imports.json`), JSON.stringify(imports));
write(join(dist, `${feature}_bg.wasm`), numberImports(wasm));
