// @ts-check
// Gives programs of the installed tarball access to the packages of this folder.
import { existsSync, mkdirSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { project } from "../http/server.mjs";

export const tools = fileURLToPath(new URL("node_modules", import.meta.url));

/** @param {string[]} names of packages that programs in the project may import */
export function linked(...names) {
  for (const name of names) {
    const link = join(project, "node_modules", name);
    mkdirSync(dirname(link), { recursive: true });
    if (!existsSync(link)) symlinkSync(join(tools, name), link);
  }
}
