// @ts-check
// Phase 3: wasm-opt makes the module smaller.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { dist, featureArgument, run, work } from "../tools.mjs";

const feature = featureArgument();
mkdirSync(dist, { recursive: true });
run("wasm-opt", [
  // One by one: --all-features emits what Node 20 rejects.
  ...["bulk-memory", "nontrapping-float-to-int", "sign-ext", "mutable-globals", "reference-types", "multivalue"].map(
    (name) => `--enable-${name}`,
  ),
  "-O3",
  "--strip-debug",
  "--strip-producers",
  join(work, "bindgen", feature, `${feature}_bg.wasm`),
  ...["-o", join(dist, `${feature}_bg.wasm`)],
]);
