// @ts-check
// Imports form no circles: no module of the crate and no JavaScript file imports itself through others. A Rust module and those
// inside of it count as one here: a child sees its parent by the language's own rules.
import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** @typedef {Map<string, Set<string>>} Graph a file, and those that it imports */

/**
 * @param {string} folder
 * @param {RegExp} pattern
 */
const files = (folder, pattern) =>
  /** @type {string[]} */ (readdirSync(join(root, folder), { recursive: true }))
    .filter((name) => pattern.test(name) && !name.includes("node_modules"))
    .map((name) => `${folder}/${name}`);

/** Without comments. @param {string} path */
const source = (path) => readFileSync(join(root, path), "utf8").replace(/^\s*(?:\/\/|\*|\/\*).*$/gm, "");

/**
 * A circle of a graph, each file with the next one that it imports; undefined where there is none.
 *
 * @param {Graph} graph
 * @returns {string[] | undefined}
 */
function circle(graph) {
  /** @type {Set<string>} */
  const done = new Set();
  /** @param {string} file @param {string[]} trail @returns {string[] | undefined} */
  const visit = (file, trail) => {
    if (trail.includes(file)) return [...trail.slice(trail.indexOf(file)), file];
    if (done.has(file)) return undefined;
    for (const next of graph.get(file) ?? []) {
      const found = visit(next, [...trail, file]);
      if (found !== undefined) return found;
    }
    done.add(file);
    return undefined;
  };
  for (const file of graph.keys()) {
    const found = visit(file, []);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** `a::{b, c::{d, e}}` is three paths. @param {string} text @returns {string[]} */
function expanded(text) {
  const open = text.indexOf("{");
  if (open < 0) return [text.trim()];
  const inner = text.slice(open + 1, text.lastIndexOf("}"));
  let depth = 0;
  const parts = [""];
  for (const letter of inner) {
    depth += letter === "{" ? 1 : letter === "}" ? -1 : 0;
    if (letter === "," && depth === 0) parts.push("");
    else parts[parts.length - 1] += letter;
  }
  return parts.filter((part) => part.trim() !== "").flatMap((part) => expanded(text.slice(0, open).trim() + part.trim()));
}

/** @returns {Graph} */
function ofCrate() {
  const moduleOf = (/** @type {string} */ file) =>
    file
      .replace(/^src\//, "")
      .replace(/(?:\/mod)?\.rs$/, "")
      .replace(/^lib$/, "")
      .replaceAll("/", "::");
  const modules = new Map(files("src", /\.rs$/).map((file) => [moduleOf(file), file]));
  /** @type {Graph} */
  const graph = new Map();
  for (const [name, file] of modules) {
    const own = name === "" ? [] : name.split("::");
    const imports = new Set();
    for (const [, text = ""] of source(file).matchAll(/^\s*(?:pub(?:\([\w ]+\))? )?use ((?:crate|super|self)::[^;]+);/gm)) {
      for (const path of expanded(text.replace(/\s+/g, " "))) {
        let steps = path.split("::").map((step) => step.trim());
        let base = steps[0] === "crate" ? [] : [...own];
        for (steps = steps[0] === "super" ? steps : steps.slice(1); steps[0] === "super"; steps = steps.slice(1)) base = base.slice(0, -1);
        const whole = [...base, ...steps];
        const length = whole.findLastIndex((_, index) => modules.has(whole.slice(0, index + 1).join("::"))) + 1;
        const target = whole.slice(0, length).join("::");
        const isKin = target === "" || `${name}::`.startsWith(`${target}::`) || `${target}::`.startsWith(`${name}::`) || name === "";
        if (!isKin) imports.add(modules.get(target));
      }
    }
    graph.set(file, imports);
  }
  return graph;
}

/** @returns {Graph} */
function ofJavaScript() {
  const all = ["js", "pkg/bin", "scripts", "bench", "www/src"].flatMap((folder) => files(folder, /\.(?:m?js|tsx?)$/));
  /** @type {Graph} */
  const graph = new Map();
  for (const file of all) {
    const imports = new Set();
    for (const [, path = ""] of source(file).matchAll(/^(?:import|export)\b[^"';]*?["'](\.[^"']+)["']/gm)) {
      const target = relative(root, join(root, dirname(file), path));
      if (existsSync(join(root, target))) imports.add(target);
    }
    graph.set(file, imports);
  }
  return graph;
}

test("a circle would be found", () => {
  const graph = new Map([
    ["a", new Set(["b"])],
    ["b", new Set(["c"])],
    ["c", new Set(["b"])],
  ]);
  assert.deepEqual(circle(graph), ["b", "c", "b"]);
  assert.deepEqual(expanded("super::{a, b::{c, d}}"), ["super::a", "super::b::c", "super::b::d"]);
});

for (const [name, make] of /** @type {const} */ ([
  ["the crate", ofCrate],
  ["the JavaScript", ofJavaScript],
])) {
  test(`no circle in ${name}`, () => {
    const graph = make();
    const arrows = [...graph.values()].reduce((sum, imports) => sum + imports.size, 0);
    assert.ok(arrows > 50, `${arrows} imports were read`);
    assert.equal(circle(graph)?.join(" -> "), undefined);
  });
}
