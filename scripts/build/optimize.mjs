// @ts-check
// Phase 3: wasm-opt optimizes the client for size (pages download it) and the sandbox for speed.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { dist, featureArgument, run, wasmFeatures, work } from "../tools.mjs";

const feature = featureArgument();
mkdirSync(dist, { recursive: true });
run("wasm-opt", [
  ...wasmFeatures,
  feature === "client" ? "-Oz" : "-O2",
  // This pass splits the contract's tables at runs of zeros. Brotli encodes the zeros in fewer bytes than the segment headers.
  "--skip-pass=memory-packing",
  "--strip-debug",
  "--strip-producers",
  "--strip-target-features",
  join(work, "bindgen", feature, `${feature}_bg.wasm`),
  ...["-o", join(dist, `${feature}_bg.wasm`)],
]);
