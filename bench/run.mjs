// @ts-check
// Runs all benchmarks, writes BENCHMARKS.md, and the README's figures: `make bench`, or some of them without writing:
//
//     node bench/run.mjs a g
import { readFileSync, writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { fileURLToPath } from "node:url";
import { run } from "../scripts/tools.mjs";
import { chromium, firefox } from "../scripts/chromium.mjs";
import { markdown, number, print } from "./lib/table.mjs";
import { openPages } from "./lib/pages.mjs";

/** The tables by their letters, in the order of the report. */
const MODULES = {
  a: "validate",
  b: "cold",
  c: "call",
  d: "bundles",
  e: "limit",
  f: "wait",
  g: "hash",
  h: "sandbox",
};

/** What a ratio of two sides must exceed to count as a difference, since each run has its noise. */
const NOISE = 0.02;

/** @typedef {import("./lib/table.mjs").Section & { figures?: Record<string, string> }} Section */

const wanted = process.argv.slice(2);
const began = performance.now();
const progress = (/** @type {string} */ text) =>
  console.error(`${((performance.now() - began) / 1_000).toFixed(0).padStart(4)} s  ${text}`);

const pages = await openPages();
process.once("SIGINT", () => pages.close().then(() => process.exit(130)));
/** @type {Record<string, Section>} */
const sections = {};
try {
  for (const reason of pages.missing) progress(reason);
  for (const [letter, name] of Object.entries(MODULES)) {
    if (wanted.length > 0 && !wanted.includes(letter)) continue;
    const { section } = await import(`./${name}.mjs`);
    sections[letter] = await section(pages, progress);
  }
} finally {
  await pages.close();
}

if (wanted.length > 0) for (const section of Object.values(sections)) print(section);
else {
  const root = (/** @type {string} */ path) => new URL(`../${path}`, import.meta.url);
  const figures = inShort(sections);
  writeFileSync(root("BENCHMARKS.md"), report(sections, figures));
  const readme = readFileSync(root("README.md"), "utf8");
  // docs/readme.test.mjs holds the README's figures to those of BENCHMARKS.md.
  const between = /(<!-- figures: made by `make bench` -->\n).*?(\n<!-- end of figures -->)/s;
  writeFileSync(
    root("README.md"),
    readme.replace(between, (_, before, after) => `${before}\n${figures}\n${after}`),
  );
  progress("BENCHMARKS.md and the README's figures are written");
}

/** The four figures that the README quotes. @param {Record<string, Section>} sections */
function inShort({ a, b, e, f }) {
  const of = (/** @type {Section | undefined} */ section, /** @type {string} */ name) => section?.figures?.[name] ?? "–";
  return [
    `- A checked list of 1,000 services takes ${of(a, "this client")} times as long as \`JSON.parse\`; with zod ${of(a, "zod")}, with ajv ${of(a, "ajv")}.`,
    `- The first call of a fresh process takes ${of(b, "own")} ms above the bare runtime; with openapi-fetch, zod and p-retry ${of(b, "stack")} ms.`,
    `- 300 calls of four clients take ${of(e, "own")}; with p-retry and p-throttle ${of(e, "peer")}.`,
    `- Waiting until 50 services run spends ${of(f, "own")} GETs; a loop that asks for each every 5 seconds ${of(f, "loop")}.`,
  ].join("\n");
}

/** @param {Record<string, Section>} sections @param {string} figures */
function report(sections, figures) {
  const all = Object.values(sections);
  return `# Benchmarks

Made by \`make bench\`; every figure was measured in that run. Sides alternate in one process or one page, and the order changes each
round. A figure is the median of the rounds; "1.16 ± 0.03" is a median of ratios or differences, and half of the range of their
middle half. Less is better, but for rates of table h.

${figures}

## Where this client is behind

In this run, by more than ${NOISE * 100} % and more than the spreads of both sides together. Every case is in the tables below.

${markdown(behind(all))}

## The machine

${machine()}

${all.map(({ name, about, tables }) => [`## ${name}`, about, ...tables.map(markdown)].join("\n\n")).join("\n\n")}
`;
}

/** @param {import("./lib/table.mjs").Comparison} one */
function isBehind({ own, other, spread = 0 }) {
  return own > other * (1 + NOISE) && own - other > spread;
}

/** Each peer that is ahead somewhere: in how many cases, and in which one most. @param {Section[]} all */
function behind(all) {
  const rows = all.flatMap(({ name, compared }) =>
    [...new Set(compared.map(({ peer }) => peer))].flatMap((peer) => {
      const cases = compared.filter((one) => one.peer === peer);
      const [most, ...others] = cases.filter(isBehind).sort((one, two) => one.other / one.own - two.other / two.own);
      if (most === undefined) return [];
      const { what, own, other, unit } = most;
      return [[name, peer, `${others.length + 1} of ${cases.length}`, `${what}: ${number(own)} against ${number(other)} ${unit}`]];
    }),
  );
  return { title: "Peers that are ahead", head: ["table", "peer", "cases", "most of all in"], rows };
}

function machine() {
  const version = (/** @type {string | undefined} */ program) => (program ? run(program, ["--version"]).trim().split("\n")[0] : "not here");
  const peers = JSON.parse(readFileSync(new URL("peers/package.json", import.meta.url), "utf8")).dependencies;
  const [{ model = "" } = {}] = cpus();
  const webkit = pages.engines.find(({ name }) => name === "WebKit")?.version;
  return [
    `- ${cpus().length} cores, ${model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GB of memory, ${process.platform} ${process.arch}`,
    `- Node ${process.versions.node} (V8 ${process.versions.v8}), ${version(chromium())}, ${version(firefox())}, WebKitGTK ${webkit ?? "not here"}`,
    `- ${run("rustc", ["--version"]).trim().replace(/ \(.*/, "")}`,
    `- ${Object.entries(peers)
      .map(([name, pinned]) => `${name} ${pinned}`)
      .join(", ")}; Prism ${prism()}`,
  ].join("\n");
}

function prism() {
  const path = fileURLToPath(new URL("../tests/fidelity/package.json", import.meta.url));
  return JSON.parse(readFileSync(path, "utf8")).devDependencies["@stoplight/prism-cli"];
}
