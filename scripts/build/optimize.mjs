// @ts-check
// Phase 3: what never runs becomes a trap, wasm-opt makes the module smaller, and its imports get short names: those of
// wasm-bindgen carry hashes, which nothing compresses. FEATURE.imports.json says what they were.
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { numberImports } from "../imports.mjs";
import { trap } from "../traps.mjs";
import { dist, featureArgument, run, wasmFeatures, work, write } from "../tools.mjs";

const feature = featureArgument();
mkdirSync(dist, { recursive: true });
const trapped = join(work, `${feature}.trapped.wasm`);
// The sandbox formats its texts; the client, which must be small, does not.
write(trapped, trap(readFileSync(join(work, "bindgen", feature, `${feature}_bg.wasm`)), { formats: feature === "sandbox" }));
const optimized = join(work, `${feature}.optimized.wasm`);
run("wasm-opt", [
  ...wasmFeatures,
  // Measured after brotli, which is what travels: what is called once stands where it is called, control flow is made
  // anew, and functions of one kind stand together.
  "--one-caller-inline-max-function-size=30",
  // Runs of zeros in the data compress to less than the headers of the segments that would leave them out.
  "--skip-pass=memory-packing",
  // The first kilobyte of the memory is the last of the stack: no address begins there.
  "--low-memory-unused",
  ...(feature === "sandbox" ? ["-O2"] : ["--flatten", "--rereloop", "-Oz", "-Os"]),
  "--reorder-locals",
  "--reorder-functions-by-name",
  "--strip-debug",
  "--strip-producers",
  "--strip-target-features",
  trapped,
  ...["-o", optimized],
]);

const wasm = readFileSync(optimized);
const imports = WebAssembly.Module.imports(new WebAssembly.Module(wasm));
write(join(work, `${feature}.imports.json`), JSON.stringify(imports));
write(join(dist, `${feature}_bg.wasm`), numberImports(wasm));
