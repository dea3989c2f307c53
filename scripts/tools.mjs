// @ts-check
// Shared by the scripts: paths, and functions that run other programs.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("..", import.meta.url));
/** Intermediate files of the build. */
export const work = join(root, "target/npm");
export const pkg = join(root, "pkg");
/** Generated beside the package's sources: wasm-bindgen's glue, and the JavaScript of the contract. */
export const generated = join(root, "js/generated");
/** Built files that are shipped. */
export const dist = join(pkg, "dist");

/** The modules of the package, one wasm each, by the crate's feature, with the package's entry point. */
export const modules = [
  { feature: "client", entry: "index" },
  { feature: "sandbox", entry: "sandbox" },
];

/** Listed for wasm-opt one by one: --all-features emits instructions that Node 20 rejects. */
export const wasmFeatures = [
  "--enable-bulk-memory",
  "--enable-nontrapping-float-to-int",
  "--enable-sign-ext",
  "--enable-mutable-globals",
  "--enable-reference-types",
  "--enable-multivalue",
];

/**
 * Ends the script with a message and no stack trace, for mistakes of the caller.
 *
 * @param {string} message
 * @returns {never}
 */
export function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

/** The feature that the script was called for. */
export function featureArgument() {
  const feature = process.argv[2];
  if (!modules.some((module) => module.feature === feature)) fail(`which one? ${modules.map((m) => m.feature).join(" or ")}`);
  return feature;
}

/**
 * Runs a program in the root of the repository and returns its output. A failure ends the script.
 *
 * @param {string} program
 * @param {string[]} args
 * @param {{ env?: Record<string, string> }} [options]
 */
export function run(program, args, { env = {} } = {}) {
  const local = join(root, "node_modules/.bin", program);
  const result = spawnSync(existsSync(local) ? local : program, args, {
    cwd: root,
    env: { ...process.env, ...env },
    encoding: "utf8",
    maxBuffer: 1 << 28,
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (result.error) fail(`${program}: ${result.error.message}`);
  if (result.status !== 0) fail(`${program} ${args[0]} failed`);
  return result.stdout;
}

/** @param {string} path */
export const read = (path) => readFileSync(path, "utf8");

/**
 * @param {string} path
 * @param {string | Uint8Array} content
 */
export function write(path, content) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}
