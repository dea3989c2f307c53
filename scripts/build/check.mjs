// @ts-check
// Phase 11: what must hold before anything is packed: the crate and the package carry one version, and every file that
// package.json speaks of is there.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fail, pkg, read, root } from "../tools.mjs";

const manifest = JSON.parse(read(join(pkg, "package.json")));
const crate = read(join(root, "Cargo.toml")).match(/^version = "([^"]+)"/m)?.[1];
if (manifest.version !== crate) fail(`Cargo.toml has version ${crate}, pkg/package.json ${manifest.version}: make them one`);

/** @param {unknown} value @returns {string[]} */
function paths(value) {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(paths) : [];
}
const { main, module, types, exports } = manifest;
const missing = paths([main, module, types, exports]).filter((path) => !existsSync(join(pkg, path)));
if (missing.length > 0) fail(`pkg/package.json speaks of what is not there: ${missing.join(", ")}`);
