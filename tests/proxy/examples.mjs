// @ts-check
// The examples of the proxy in a project that has installed the packed tarball.
import { cpSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { installed } from "../package/consumer.mjs";

const project = join(installed, "../..");

/**
 * Copies files of examples/ into the project, and gives where they are.
 *
 * @param {string[]} names
 */
export function copied(...names) {
  for (const name of names) cpSync(fileURLToPath(new URL(`../../examples/${name}`, import.meta.url)), join(project, name), { recursive: true });
  return project;
}

/**
 * Imports a module of the project.
 *
 * @param {string} path
 */
export const load = (path) => import(pathToFileURL(join(dirname(project), path)).href);
