// @ts-check
// Phase 3: wasm-opt makes the module smaller (the client travels into pages) or faster (the sandbox serves programs).
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { dist, featureArgument, run, wasmFeatures, work } from "../tools.mjs";

const feature = featureArgument();
mkdirSync(dist, { recursive: true });
run("wasm-opt", [
  ...wasmFeatures,
  feature === "client" ? "-Oz" : "-O2",
  // It cuts the contract's tables at their zeros. Brotli writes zeros in fewer bytes than the heads of the pieces.
  "--skip-pass=memory-packing",
  "--strip-debug",
  "--strip-producers",
  "--strip-target-features",
  join(work, "bindgen", feature, `${feature}_bg.wasm`),
  ...["-o", join(dist, `${feature}_bg.wasm`)],
]);
