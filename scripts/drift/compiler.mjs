// @ts-check
// The contract in full, from the contract's own compiler: build.rs as cargo built it, run on a folder. So the expansion of the
// short form exists once, and a copy of the contract can be compiled without building the crate.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { read, root } from "../tools.mjs";

/** @import { Json } from "./schema.mjs" */

/** The compiled build.rs: `cargo check` says where it is, even where the crate itself does not compile. */
function compiler() {
  const args = ["check", "--locked", "--lib", "--message-format", "json-render-diagnostics"];
  const { stdout, error } = spawnSync("cargo", args, {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 1 << 28,
    stdio: ["ignore", "pipe", "pipe"],
  });
  if (error) throw error;
  const built = stdout
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line))
    .find(({ reason, target }) => reason === "compiler-artifact" && target.src_path === join(root, "build.rs"));
  if (built === undefined) throw new Error("cargo did not build build.rs; `cargo check` says why");
  return String(built.filenames[0]);
}

/** @type {string | undefined} */
let program;

/**
 * Compiles the folder `contract` of a project. Throws the compiler's message where the contract has a mistake.
 *
 * @param {string} [project]
 * @returns {Json} the OpenAPI document
 */
export function expand(project = root) {
  program ??= compiler();
  const out = mkdtempSync(join(tmpdir(), "contract-"));
  try {
    const { status, stdout, stderr } = spawnSync(program, { cwd: project, env: { ...process.env, OUT_DIR: out }, encoding: "utf8" });
    if (status !== 0) throw new Error(/^cargo::error=(.*)$/ms.exec(stdout)?.[1]?.trim() ?? stderr);
    return JSON.parse(read(join(out, "contract.json")));
  } finally {
    rmSync(out, { recursive: true });
  }
}
