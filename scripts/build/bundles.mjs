// @ts-check
// Phase 6: the bundles that users load, one per entry point and kind of runtime, with shared code in chunks: the client and the
// proxy use one core, and all throw the same error classes. The ES modules of the default kind are converted file by file to
// CommonJS.
import { basename, join } from "node:path";
import { build, transform } from "esbuild";
import { dist, fail, modules, read, root, write } from "../tools.mjs";

/** How a kind of runtime gets the wasm, as a condition of `imports` in package.json; part of file names. Default: from bytes. */
const KINDS = ["", "workerd", "edge-light"];
const ENTRIES = ["index", "sandbox", "proxy"];

/** The chunks, each by a source that it holds. */
const CHUNKS = [
  { name: "shared", source: "js/errors.js" },
  { name: "core", source: "js/client.js" },
  { name: "simulator", source: "js/generated/sandbox_bg.js" },
];
/** The module under which bundlers import the glue (see glue.mjs). It is the same as that of the entry points. */
const APART = [
  { name: "glue", source: "js/generated/client_bg.js" },
  { name: "options", source: "js/bindings/options.js" },
  { name: "start", source: "js/runtime/instantiate.js" },
];

/** Leaves the compiled wasm as a file. @type {import("esbuild").Plugin} */
const wasmFiles = {
  name: "wasm-files",
  setup(building) {
    building.onResolve({ filter: /\.wasm(\?module)?$/ }, ({ path }) => ({ path: `./${basename(path)}`, external: true }));
  },
};

/**
 * Leaves out the comments of the generated methods, which are for the declarations. They are half of the JavaScript around the wasm,
 * and every import would read them.
 *
 * @type {import("esbuild").Plugin}
 */
const uncommented = {
  name: "uncommented",
  setup(building) {
    building.onLoad({ filter: /generated[\\/]methods\.js$/ }, ({ path }) => ({
      contents: read(path).replace(/^ *\/\*\*[\s\S]*?\*\/\n/gm, ""),
    }));
  },
};

/** @type {Map<string, string>} */
const files = new Map();

/** @param {string} kind */
async function bundle(kind) {
  const isApart = kind === "workerd";
  /** @param {string[]} entries */
  const inFolder = (entries) => entries.map((entry) => [entry, `js/entrypoints/${entry}.js`]);
  const glue = modules.map(({ feature }) => [`${feature}_bg`, `js/generated/${feature}.exports.js`]);
  // The package's command runs in Node.
  const more = kind === "" ? inFolder(["server"]) : isApart ? glue : [];
  const { outputFiles, metafile } = await build({
    entryPoints: Object.fromEntries([...inFolder(ENTRIES), ...more]),
    conditions: kind === "" ? [] : [kind],
    ...{ bundle: true, splitting: true, format: "esm", platform: "neutral", target: "es2022", metafile: true, write: false },
    ...{ absWorkingDir: root, outdir: dist, plugins: [wasmFiles, uncommented], logLevel: "warning" },
  });
  /** esbuild adds a hash to names. @type {Map<string, string>} */
  const names = new Map();
  for (const [path, { entryPoint, inputs }] of Object.entries(metafile.outputs)) {
    const chunk = [...CHUNKS, ...(isApart ? APART : [])].find(({ source }) => source in inputs);
    const name = entryPoint === undefined ? chunk?.name : basename(path, ".js");
    if (name === undefined) fail(`a chunk that has no name: ${Object.keys(inputs).join(", ")}`);
    // The wasm refers to its glue by name. Chunks without wasm are the same for all kinds that inline it.
    const isOne = kind === "" || name.endsWith("_bg") || (name === "shared" && !isApart);
    if ([...names.values()].includes(`${name}.${kind}.js`)) fail(`two chunks are called ${name}`);
    names.set(basename(path), isOne ? `${name}.js` : `${name}.${kind}.js`);
  }
  for (const { path, text } of outputFiles) {
    const name = names.get(basename(path)) ?? "";
    // esbuild imports shared chunks for their effects, too. There are none (`sideEffects` in package.json), and bundlers warn.
    const needed = text.replace(/^import "\.\/[\w-]+\.js";\n/gm, "");
    const renamed = needed.replace(/"\.\/([\w-]+\.js)"/g, (whole, imported) =>
      names.has(imported) ? `"./${names.get(imported)}"` : whole,
    );
    if ((files.get(name) ?? renamed) !== renamed) fail(`${name} differs between the kinds of runtimes`);
    files.set(name, renamed);
  }
}

for (const kind of KINDS) await bundle(kind);
for (const [name, text] of files) write(join(dist, name), text);
for (const entry of [...ENTRIES, ...CHUNKS.map(({ name }) => name)]) {
  const text = files.get(`${entry}.js`) ?? fail(`there is no chunk ${entry}`);
  const { code } = await transform(text, { format: "cjs", platform: "node", target: "node20" });
  write(join(dist, `${entry}.cjs`), code.replace(/require\("\.\/([\w-]+)\.js"\)/g, 'require("./$1.cjs")'));
}
await build({ entryPoints: [join(root, "js/bytes.js")], outfile: join(dist, "bytes.js"), bundle: true, format: "esm", target: "es2022" });
