// @ts-check
// What a wasm module is made of: its largest functions by name, and its sections. For the day when `make size` fails.
// node scripts/functions.mjs client
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { featureArgument, run, wasmFeatures, work } from "./tools.mjs";

const feature = featureArgument();
const named = join(work, `${feature}.named.wasm`);
run("wasm-opt", [...wasmFeatures, "-O3", "-g", join(work, "bindgen", feature, `${feature}_bg.wasm`), "-o", named]);

const bytes = readFileSync(named);
let at = 8;
function number() {
  for (let value = 0, shift = 0; ; shift += 7) {
    const byte = bytes[at++];
    value |= (byte & 127) << shift;
    if (byte < 128) return value >>> 0;
  }
}
function text() {
  const length = number();
  at += length;
  return bytes.toString("utf8", at - length, at);
}

let imported = 0;
/** @type {number[]} */
const sizes = [];
/** @type {Map<number, string>} */
const names = new Map();
/** @type {[string, number][]} */
const sections = [];
const titles = "custom type import function table memory global export start element code data datacount".split(" ");
while (at < bytes.length) {
  const section = bytes[at++];
  const end = number() + at;
  sections.push([titles[section] ?? String(section), end - at]);
  if (section === 2) imported = WebAssembly.Module.imports(new WebAssembly.Module(bytes)).filter(({ kind }) => kind === "function").length;
  if (section === 10) {
    for (let left = number(); left > 0; left--) {
      const size = number();
      sizes.push(size);
      at += size;
    }
  }
  if (section === 0 && text() === "name") {
    while (at < end) {
      const part = bytes[at++];
      const after = number() + at;
      if (part === 1) for (let left = number(); left > 0; left--) names.set(number(), text());
      at = after;
    }
  }
  at = end;
}

for (const [title, size] of sections) console.log(`${size.toLocaleString("en").padStart(9)} ${title}`);
console.log(`\n${sizes.length} functions, the largest:`);
sizes
  .map((size, index) => ({ size, name: names.get(index + imported) ?? "?" }))
  .sort((a, b) => b.size - a.size)
  .slice(0, 60)
  .forEach(({ size, name }) => console.log(`${size.toLocaleString("en").padStart(9)} ${name.replace(/::h[0-9a-f]{16}$/, "")}`));
