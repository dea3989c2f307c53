// @ts-check
// Writes THIRD-PARTY-NOTICES.txt: the licences of the crates that are compiled into the package, from the sources of the locked
// crates. Identical texts appear once. With --check it only compares.
import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fail, read, root, run, write } from "./tools.mjs";

/** @typedef {{ name: string, version: string, license: string | null, authors: string[], manifest_path: string }} Crate */

const FILE = join(root, "THIRD-PARTY-NOTICES.txt");
const TARGET = "wasm32-unknown-unknown";

/**
 * The crates that are compiled into both modules, and those whose macros generated parts of them; sorted by name.
 *
 * @returns {Crate[]}
 */
function crates() {
  const target = ["--locked", "--no-default-features", "--features", "client,sandbox"];
  // `cargo tree` excludes features that only build scripts request; `cargo metadata` knows the folders of the sources.
  const tree = run("cargo", ["tree", ...target, "--target", TARGET, "--edges", "normal", "--prefix", "none", "--format", "{p}"]);
  const named = new Set(tree.match(/^\S+ v\S+/gm));
  const { packages } = JSON.parse(run("cargo", ["metadata", ...target, "--filter-platform", TARGET, "--format-version", "1"]));
  return packages
    .filter(
      (/** @type {Crate & { source: string | null }} */ { name, version, source }) => source !== null && named.has(`${name} v${version}`),
    )
    .sort((/** @type {Crate} */ one, /** @type {Crate} */ other) => (one.name < other.name ? -1 : 1));
}

const apache = read(join(root, "LICENSE"));

/**
 * The texts of a crate's licence. If there is a choice, MIT is taken.
 *
 * @param {Crate} crate
 */
function texts({ name, license, manifest_path }) {
  const terms = license ?? fail(`${name} names no licence`);
  const folder = dirname(manifest_path);
  const files = readdirSync(folder)
    .filter((file) => /^(licen[cs]e|copying|copyright|notice|unlicense)/i.test(file))
    .sort();
  const mit = /\bMIT\b/.test(terms) && files.some((file) => /mit/i.test(file));
  const taken = mit ? files.filter((file) => !/apache|unlicense|copying|^license$/i.test(file)) : files;
  if (taken.length > 0) return taken.map((file) => read(join(folder, file)));
  if (!/\bApache-2\.0\b/.test(terms)) fail(`${name} is under ${terms}, and its source has no text of it`);
  // Its source lacks the text, which is the same for all crates.
  return [apache];
}

const std = { title: "the Rust standard library (MIT OR Apache-2.0), by the Rust Project contributors", texts: [apache] };
const compiled = crates().map((crate) => {
  const authors = crate.authors.length > 0 ? `, by ${crate.authors.join(", ").replace(/ <.*?>/g, "")}` : "";
  return { title: `${crate.name} ${crate.version} (${crate.license})${authors}`, texts: texts(crate) };
});

/** @type {Map<string, string[]>} */
const groups = new Map();
for (const { title, texts } of [...compiled, std]) {
  for (const text of texts) {
    const tidy = text
      .replace(/\r\n/g, "\n")
      .replace(/[ \t]+$/gm, "")
      .replace(/^\n+|\s+$/g, "");
    groups.set(tidy, [...(groups.get(tidy) ?? []), title]);
  }
}

const rule = "=".repeat(80);
const parts = [...groups].map(([text, titles]) => `${rule}\n${titles.map((title) => `  ${title}\n`).join("")}${rule}\n\n${text}\n`);
const content = `The crates that are compiled into the WebAssembly modules of this package, and their licences.
Where a choice of licences is offered, the one whose text stands here is taken.

${parts.join("\n")}`;

if (!process.argv.includes("--check")) write(FILE, content);
else if (!existsSync(FILE) || read(FILE) !== content) fail("THIRD-PARTY-NOTICES.txt does not fit Cargo.lock: run `make notices`");
