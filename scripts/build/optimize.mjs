// @ts-check
// Phase 3: wasm-opt makes the module smaller.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { dist, featureArgument, run, wasmFeatures, work } from "../tools.mjs";

const feature = featureArgument();
mkdirSync(dist, { recursive: true });
run("wasm-opt", [
  ...wasmFeatures,
  // Measured after brotli, which is what travels: what is called once stands where it is called, control flow is made
  // anew, and functions of one kind stand together.
  "--one-caller-inline-max-function-size=30",
  "--flatten",
  "--rereloop",
  "-Oz",
  "-Os",
  "--reorder-functions-by-name",
  "--strip-debug",
  "--strip-producers",
  join(work, "bindgen", feature, `${feature}_bg.wasm`),
  ...["-o", join(dist, `${feature}_bg.wasm`)],
]);
