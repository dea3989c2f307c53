// @ts-check
// A project outside this repository that has installed the packed tarball, as users do.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after } from "node:test";
import { fileURLToPath } from "node:url";
import { operationTypes } from "./operation-types.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
export const manifest = JSON.parse(readFileSync(join(root, "pkg/package.json"), "utf8"));
export const tarball = join(root, `pkg/clickhouse-cloud-${manifest.version}.tgz`);

const folder = mkdtempSync(join(tmpdir(), "clickhouse-cloud-consumer-"));
after(() => rmSync(folder, { recursive: true, force: true }));
writeFileSync(join(folder, "package.json"), '{ "private": true }');
run("npm", "install", "--offline", "--no-audit", "--no-fund", tarball);

/** Where the tarball is installed. */
export const installed = join(folder, "node_modules/clickhouse-cloud");

/**
 * Puts a file into the project and gives its path.
 *
 * @param {string} name
 * @param {string} text
 */
export function file(name, text) {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

/**
 * Puts the type tests into the project, those by hand and that of every operation, each as a module of a kind, and gives
 * their paths by their names.
 *
 * @param {string} extension such as `mts`
 * @returns {Map<string, string>}
 */
export function typeTests(extension) {
  const from = join(root, "tests/types");
  const texts = new Map(readdirSync(from).map((name) => [name, readFileSync(join(from, name), "utf8")]));
  texts.set("operations.ts", operationTypes(JSON.parse(readFileSync(join(installed, "dist/openapi.json"), "utf8"))));
  return new Map(
    [...texts].map(([name, text]) => {
      const own = name.endsWith(".d.ts") ? name : name.replace(/ts$/, extension);
      return [name, file(join("types", extension, own), text)];
    }),
  );
}

/**
 * Makes a package of this repository available to the project.
 *
 * @param {string} name
 */
export function lend(name) {
  const path = join(folder, "node_modules", name);
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(join(root, "node_modules", name), path);
}

/**
 * Runs a program in the project and returns its output.
 *
 * @param {string} program
 * @param {string[]} args
 */
export function run(program, ...args) {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: folder, encoding: "utf8" });
  if (status !== 0) throw new Error(`${program} ${args.join(" ")}\n${stdout}${stderr}`);
  return stdout;
}
