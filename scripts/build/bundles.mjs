// @ts-check
// Phase 6: the bundles that users load, one an entry for each kind of runtime, and what entries share as chunks of their own:
// the client and the proxy stand on one client, and all throw the same errors. The ES modules of the default kind become
// the CommonJS ones, file by file.
import { basename, join } from "node:path";
import { build, transform } from "esbuild";
import { dist, fail, modules, root, write } from "../tools.mjs";

/** How the wasm is had, as a condition of `imports` in package.json; in the names of files. The default: compiled from bytes. */
const KINDS = ["", "workerd", "edge-light"];
const ENTRIES = ["index", "sandbox", "proxy"];

/** The chunks by a source that is in them. */
const CHUNKS = [
  { name: "shared", source: "js/errors.js" },
  { name: "core", source: "js/client.js" },
  { name: "simulator", source: "js/generated/sandbox_bg.js" },
];
/** Where bundlers ask for the glue on its own: glue.mjs says why. It is one with that of the entries. */
const APART = [
  { name: "glue", source: "js/generated/client_bg.js" },
  { name: "options", source: "js/bindings/options.js" },
  { name: "start", source: "js/runtime/instantiate.js" },
];

/** The compiled wasm stays a file of its own. @type {import("esbuild").Plugin} */
const wasmFiles = {
  name: "wasm-files",
  setup(building) {
    building.onResolve({ filter: /\.wasm(\?module)?$/ }, ({ path }) => ({ path: `./${basename(path)}`, external: true }));
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
  // The command of the package runs in Node.
  const more = kind === "" ? inFolder(["server"]) : isApart ? glue : [];
  const { outputFiles, metafile } = await build({
    entryPoints: Object.fromEntries([...inFolder(ENTRIES), ...more]),
    conditions: kind === "" ? [] : [kind],
    ...{ bundle: true, splitting: true, format: "esm", platform: "neutral", target: "es2022", metafile: true, write: false },
    ...{ absWorkingDir: root, outdir: dist, plugins: [wasmFiles], logLevel: "warning" },
  });
  /** The names that esbuild gives have a hash in them. @type {Map<string, string>} */
  const names = new Map();
  for (const [path, { entryPoint, inputs }] of Object.entries(metafile.outputs)) {
    const chunk = [...CHUNKS, ...(isApart ? APART : [])].find(({ source }) => source in inputs);
    const name = entryPoint === undefined ? chunk?.name : basename(path, ".js");
    if (name === undefined) fail(`a chunk that has no name: ${Object.keys(inputs).join(", ")}`);
    // The wasm names its glue. What no wasm is in is the same for all kinds that have it in one piece.
    const isOne = kind === "" || name.endsWith("_bg") || (name === "shared" && !isApart);
    if ([...names.values()].includes(`${name}.${kind}.js`)) fail(`two chunks are called ${name}`);
    names.set(basename(path), isOne ? `${name}.js` : `${name}.${kind}.js`);
  }
  for (const { path, text } of outputFiles) {
    const name = names.get(basename(path)) ?? "";
    // esbuild imports what an entry shares for its effects, too. There are none (`sideEffects` of package.json), and bundlers warn.
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
