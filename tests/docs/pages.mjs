// @ts-check
// The pages, and their parts: programs, operations.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../..", import.meta.url));
/** @param {string} path */
export const read = (path) => readFileSync(join(root, path), "utf8");

export const readmes = ["README.md", "pkg/README.md"];
/** @param {string} folder */
const pages = (folder) =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `${folder}/${name}`);
export const docs = pages("docs");
/** Made from the contract. */
export const operationPages = pages("docs/operations");
/** For contributors. */
export const inside = [
  ...pages("docs/design"),
  ...readdirSync(root).filter((name) => /^(CONTRIBUTING|SECURITY)\.md$/.test(name)),
  "tests/README.md",
];

/**
 * The fenced blocks of a language, in order.
 *
 * @param {string} text
 * @param {string} language
 */
export const blocks = (text, language) =>
  [...text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, "gms"))].map(([, block]) => block);

/**
 * The programs of a page. A block that imports nothing goes on where the one before it ended.
 *
 * @param {string} page
 */
export function programs(page) {
  /** @type {string[]} */
  const found = [];
  for (const block of blocks(read(page), "js")) {
    if (/^import /m.test(block)) found.push(block);
    else found.push(`${found.pop() ?? assert.fail(`${page} begins in the middle`)}\n${block}`);
  }
  return found;
}

/**
 * The output that a program promises: `// prints: …`, a line each. Undefined: it promises none.
 *
 * @param {string} program
 */
export function prints(program) {
  const lines = [...program.matchAll(/\/\/ prints: (.*)$/gm)].map(([, line]) => `${line}\n`);
  return lines.length === 0 ? undefined : lines.join("");
}

/** The operations of the contract: their name, and their route. */
export function operations() {
  /** @type {{ paths: Record<string, Record<string, Record<string, string>>> }} */
  const { paths } = JSON.parse(read("pkg/dist/openapi.json"));
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ name: operation["x-name"], route: `${method.toUpperCase()} ${path}` })),
  );
}
