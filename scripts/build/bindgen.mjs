// @ts-check
// Phase 2: wasm-bindgen splits the module into wasm, JavaScript glue, snippets and types.
import { copyFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { featureArgument, run, work } from "../tools.mjs";

const feature = featureArgument();
const out = join(work, "bindgen", feature);
rmSync(out, { recursive: true, force: true });
run("wasm-bindgen", ["--target", "bundler", "--out-dir", out, "--out-name", feature, join(work, `${feature}.wasm`)]);
copyFileSync(join(out, `${feature}.d.ts`), join(work, `${feature}.d.ts`));
