// @ts-check
// Measures the files that users load, raw and after brotli: each wasm file, and each entry point bundled and minified by esbuild,
// with the wasm inline and as a file. Fails above the budget.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync } from "node:zlib";
import { build } from "esbuild";
import { dist, modules } from "./tools.mjs";

/**
 * The budget in bytes after brotli: the client's bundle with the wasm inline, and its wasm as a file. It is 3 % above the sizes in
 * docs/design/size.md, which says how much each part costs.
 */
const BUDGET = { inline: 133_500, wasm: 106_200 };

/** @type {{ name: string, raw: number, brotli: number }[]} */
const rows = [];

/**
 * @param {string} name
 * @param {Uint8Array[]} files
 */
function measure(name, ...files) {
  const sum = (/** @type {number[]} */ numbers) => numbers.reduce((total, number) => total + number, 0);
  const brotli = sum(files.map((file) => brotliCompressSync(file).length));
  rows.push({ name, raw: sum(files.map((file) => file.length)), brotli });
  return brotli;
}

/**
 * @param {string} entry
 * @param {string[]} external
 */
async function bundle(entry, external = []) {
  const result = await build({
    entryPoints: [join(dist, entry)],
    ...{ bundle: true, minify: true, format: "esm", target: "es2022", write: false, external },
  });
  return result.outputFiles[0].contents;
}

const sizes = { inline: 0, wasm: 0 };
for (const { feature, entry } of modules) {
  const wasm = readFileSync(join(dist, `${feature}_bg.wasm`));
  const alone = measure(`${feature}: wasm`, wasm);
  const inline = measure(`${feature}: bundle, wasm inline`, await bundle(`${entry}.js`));
  measure(`${feature}: bundle, wasm a file of its own`, await bundle(`${entry}.workerd.js`, ["*.wasm"]), wasm);
  if (feature === "client") Object.assign(sizes, { inline, wasm: alone });
}

const number = (/** @type {number} */ bytes) => bytes.toLocaleString("en").padStart(9);
const width = Math.max(...rows.map(({ name }) => name.length));
console.log(`${"bytes".padEnd(width)}       raw    brotli`);
for (const { name, raw, brotli } of rows) console.log(`${name.padEnd(width)} ${number(raw)} ${number(brotli)}`);
for (const form of /** @type {const} */ (["inline", "wasm"])) {
  const over = sizes[form] - BUDGET[form];
  console.log(
    `the client may have ${number(BUDGET[form]).trim()} bytes after brotli, ${form === "wasm" ? "its wasm alone" : "wasm inline"}`,
  );
  if (over > 0) {
    console.error(`it is ${number(over).trim()} bytes above that`);
    process.exitCode = 1;
  }
}
