// @ts-check
// The files of the packed tarball: which there are, and what must not be in them.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import ts from "typescript";
import { generated, root, run } from "../../scripts/tools.mjs";
import { installed, manifest } from "./consumer.mjs";

const files = readdirSync(installed, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name));

test("it needs nothing else, and runs nothing when it is installed", () => {
  assert.equal(manifest.dependencies, undefined);
  assert.equal(manifest.scripts, undefined);
});

test("it holds what runs, what declares, and what explains", () => {
  const kinds = [...new Set(files.map((path) => path.replace(/^.*?((\.d)?\.\w+|\/LICENSE)$/, "$1")))].sort();
  assert.deepEqual(kinds, [".cjs", ".d.cts", ".d.ts", ".js", ".json", ".md", ".txt", ".wasm", "/LICENSE"]);
});

test("it carries the notices of every crate that is compiled in", () => {
  const notices = readFileSync(join(installed, "THIRD-PARTY-NOTICES.txt"), "utf8");
  const features = ["--no-default-features", "--features", "client,sandbox"];
  const tree = run("cargo", [
    "tree",
    "--locked",
    ...features,
    "--target",
    "wasm32-unknown-unknown",
    "--edges",
    "normal",
    "--prefix",
    "none",
  ]);
  const crates = new Set([...tree.matchAll(/^(\S+) v(\S+)/gm)].map(([, name, version]) => `${name} ${version}`));
  assert.ok(crates.delete(`clickhouse-cloud ${manifest.version}`));
  assert.ok(crates.size > 20);
  for (const crate of crates) assert.ok(notices.includes(`\n  ${crate} (`), `${crate} is not named: run \`make notices\``);
  // It equals the locked sources to the letter; otherwise the script ends with the reason.
  run("node", ["scripts/notices.mjs", "--check"]);
  for (const text of ["Permission is hereby granted", "TERMS AND CONDITIONS FOR USE", "the Rust standard library"])
    assert.ok(notices.includes(text));
});

test("both manifests name one repository", () => {
  const { repository, homepage, bugs } = manifest;
  const crate = /^repository = "(.*)"$/m.exec(readFileSync(join(root, "Cargo.toml"), "utf8"))?.[1] ?? "";
  assert.match(crate, /^https:\/\/\S+$/);
  assert.deepEqual([repository.url, homepage, bugs], [`git+${crate}.git`, `${crate}#readme`, `${crate}/issues`]);
});

test("an entry is one file, beside the chunks that entries share", () => {
  const names = readdirSync(join(installed, "dist"))
    .filter((name) => /\.c?js$/.test(name))
    .sort();
  const [entries, chunks] = [
    ["index", "sandbox", "proxy"],
    ["core", "shared", "simulator"],
  ];
  const everywhere = [...entries, ...chunks].flatMap((name) => [`${name}.js`, `${name}.cjs`]);
  const elsewhere = [...entries, "core"].flatMap((name) => ["workerd", "edge-light"].map((kind) => `${name}.${kind}.js`));
  // The glue that the wasm names, for bundlers that make its instance themselves; it is one with that of the Workers' entries.
  const glue = [
    "client_bg.js",
    "sandbox_bg.js",
    ...["glue", "options", "shared", "simulator", "start"].map((name) => `${name}.workerd.js`),
  ];
  // The command's own.
  assert.deepEqual(names, [...everywhere, ...elsewhere, ...glue, "bytes.js", "server.js"].sort());
});

test("the wasm reads back from its text", async () => {
  const { decode } = await import(join(root, "js/runtime/text.js"));
  for (const feature of ["client", "sandbox"]) {
    const { wasm } = await import(join(generated, `${feature}.text.js`));
    assert.ok(readFileSync(join(installed, `dist/${feature}_bg.wasm`)).equals(decode(wasm)));
    // As it is: what puts the bundles together writes no character of it in another way.
    const chunks = ["core.js", "simulator.js"].map((name) => readFileSync(join(installed, "dist", name), "utf8"));
    assert.equal(chunks.filter((text) => text.includes(`"${wasm}"`)).length, 1);
  }
});

/** The values that a declaration file has; it only passes on what others declare. @param {string} path */
function declared(path) {
  const program = ts.createProgram([path], { module: ts.ModuleKind.Node16, moduleResolution: ts.ModuleResolutionKind.Node16, types: [] });
  const checker = program.getTypeChecker();
  /** @param {ts.Node | undefined} node */
  const exportsOf = (node) => (node ? checker.getExportsOfModule(/** @type {ts.Symbol} */ (checker.getSymbolAtLocation(node))) : []);
  const source = program.getSourceFile(path);
  const statements = source?.statements.filter(ts.isExportDeclaration) ?? [];
  const types = new Set(statements.filter((one) => one.isTypeOnly && !one.exportClause).flatMap((one) => exportsOf(one.moduleSpecifier)));
  const isType = (/** @type {ts.Symbol} */ { declarations = [] }) =>
    declarations.some((one) => ts.isExportSpecifier(one) && ts.isTypeOnlyExportDeclaration(one));
  return exportsOf(source)
    .map((one) => ({ name: one.name, own: one, target: one.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(one) : one }))
    .filter(({ own, target }) => target.flags & ts.SymbolFlags.Value && !types.has(target) && !isType(own))
    .map(({ name }) => name)
    .sort();
}

/** What an entry exports. Not every runtime's is one that Node can load. @param {string} path */
async function exported(path) {
  if (path.endsWith(".cjs")) return Object.keys(createRequire(import.meta.url)(path)).sort();
  const { metafile } = await build({
    ...{ entryPoints: [path], bundle: true, format: "esm", external: ["*.wasm", "*.wasm?module"], logLevel: "silent" },
    ...{ metafile: true, write: false },
  });
  return Object.values(metafile.outputs)
    .flatMap((output) => output.exports)
    .sort();
}

/**
 * What each condition of an entry leads to; conditions may stand in each other.
 *
 * @param {Record<string, any>} conditions
 * @param {string} [around]
 * @returns {[condition: string, target: { types: string, path: string }][]}
 */
const targets = (conditions, around = "") =>
  Object.entries(conditions).flatMap(([condition, { types, default: path, ...rest }]) =>
    typeof path === "string"
      ? [[`${around}${condition}`, { types, path }]]
      : targets({ ...rest, ...(path && { default: path }) }, `${around}${condition} `),
  );

test("every entry exports what its declarations say", async () => {
  // Conditions share files.
  /** @type {Map<string, string[]>} */
  const seen = new Map();
  for (const [entry, conditions] of Object.entries(manifest.exports)) {
    if (typeof conditions === "string") continue;
    for (const [condition, { types, path }] of targets(conditions)) {
      const names = seen.get(types) ?? declared(join(installed, types));
      seen.set(types, names);
      assert.ok(names.length > 0);
      assert.deepEqual(await exported(join(installed, path)), names, `${entry}, ${condition}`);
    }
  }
});

// It resolves by its own condition for every host. For Node it then copies the files that it has found, and Node looks for others.
test("Nitro finds for Node the files that Node takes, and for Workers those with the compiled module", async () => {
  /** @param {string} entry @param {string} kind @param {string[]} conditions */
  const found = async (entry, kind, conditions) => {
    const name = `clickhouse-cloud${entry.slice(1)}`;
    const contents = kind === "import" ? `import * as all from "${name}"; console.log(all);` : `console.log(require("${name}"));`;
    const { metafile } = await build({
      ...{ stdin: { contents, resolveDir: join(installed, "../..") }, conditions, external: ["node:*", "*.wasm", "*.wasm?module"] },
      ...{ bundle: true, format: "esm", logLevel: "silent", metafile: true, write: false },
    });
    return Object.keys(metafile.inputs)
      .map((path) => path.replace(/.*clickhouse-cloud\//, ""))
      .filter((path) => /^dist\/(index|sandbox|proxy)\./.test(path));
  };
  for (const entry of Object.keys(manifest.exports).filter((one) => typeof manifest.exports[one] === "object")) {
    for (const kind of ["import", "require"]) {
      assert.deepEqual(
        await found(entry, kind, ["production", "node", "wasm", "unwasm"]),
        await found(entry, kind, ["node"]),
        `${entry}, ${kind}`,
      );
    }
    const [worker = ""] = await found(entry, "import", ["production", "workerd", "edge-light", "deno", "wasm", "unwasm"]);
    assert.match(worker, /\.edge-light\.js$/);
  }
});

test("nothing of the machine that built it is in it", () => {
  const places = [`${homedir()}/`, fileURLToPath(new URL("../..", import.meta.url))].filter((place) => place.length > 2);
  for (const path of files) {
    const text = readFileSync(path, "latin1");
    for (const place of places) assert.ok(!text.includes(place), `${path} holds ${place}`);
  }
});
