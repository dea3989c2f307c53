// @ts-check
// A project that has installed the packed tarball, as a user would: nothing of this repository is above it.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { fileURLToPath } from "node:url";

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
  writeFileSync(path, text);
  return path;
}

/**
 * Runs a program in the project and gives what it printed.
 *
 * @param {string} program
 * @param {string[]} args
 */
export function run(program, ...args) {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: folder, encoding: "utf8" });
  if (status !== 0) throw new Error(`${program} ${args.join(" ")}\n${stdout}${stderr}`);
  return stdout;
}
