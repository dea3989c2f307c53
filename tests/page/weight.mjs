// @ts-check
// The weight of the console's own code: all of its scripts and style sheets, without the package's client and sandbox.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync } from "node:zlib";

/** The most bytes after brotli. */
export const LIMIT_BYTES = 70_000;

/** The scripts of the package and the contract's document; the build names them by their modules (vite.config.js). */
const packaged = /^(client|sandbox|openapi|worker)-/;

/** The console's own files. @param {string} folder of the built page */
export const own = (folder) => readdirSync(join(folder, "assets")).filter((name) => /\.(js|css)$/.test(name) && !packaged.test(name));

/** @param {string} folder */
export const ownBytes = (folder) =>
  own(folder).reduce((sum, name) => sum + brotliCompressSync(readFileSync(join(folder, "assets", name))).length, 0);
