// @ts-check
// What a wasm module is made of: its largest functions by name, and its sections. For the day when `make size` fails.
// node scripts/functions.mjs client
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { TITLES, functionBodies, functionNames, sections } from "./sections.mjs";
import { featureArgument, run, wasmFeatures, work } from "./tools.mjs";

const feature = featureArgument();
const named = join(work, `${feature}.named.wasm`);
run("wasm-opt", [...wasmFeatures, "-O3", "-g", join(work, "bindgen", feature, `${feature}_bg.wasm`), "-o", named]);

const wasm = readFileSync(named);
const line = (/** @type {number} */ size, /** @type {string} */ what) => console.log(`${size.toLocaleString("en").padStart(9)} ${what}`);
for (const { id, content } of sections(wasm)) line(content.length, TITLES[id] ?? String(id));
const names = functionNames(wasm);
const bodies = [...functionBodies(wasm)];
console.log(`\n${bodies.length} functions, the largest:`);
bodies
  .sort(([, a], [, b]) => b.length - a.length)
  .slice(0, 60)
  .forEach(([index, body]) => line(body.length, (names.get(index) ?? "?").replace(/::h[0-9a-f]{16}$/, "")));
