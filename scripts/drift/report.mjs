// @ts-check
// What a comparison comes to, as data, as a table and as the page docs/drift.md.
import { compare } from "./compare.mjs";
import { covering, marksOf } from "./marks.mjs";
import { ignored, rules } from "./rules.mjs";

/** @import { Json } from "./schema.mjs" */
/** @import { Difference } from "./compare.mjs" */

/** @param {Json} contract in full @param {Json} document */
export function drift(contract, document) {
  const { differences, pairs } = compare(contract, document);
  const marks = marksOf(contract);
  const used = new Set();
  /** @type {Map<string, number>} */
  const ruled = new Map();
  /** @type {Difference[]} */
  const open = [];
  for (const difference of differences) {
    const mark = covering(marks, difference);
    const rule = rules.find((rule) => rule.covers(difference));
    if (mark !== undefined) used.add(mark);
    else if (rule !== undefined) ruled.set(rule.name, (ruled.get(rule.name) ?? 0) + 1);
    else open.push(difference);
  }
  return { differences: open, pairs, marked: used.size, ruled, unneeded: marks.filter((mark) => !used.has(mark)) };
}

/** @param {unknown} value @param {unknown} other */
function show(value, other) {
  if (value === undefined) return "–";
  if (!Array.isArray(value)) return typeof value === "string" ? value : JSON.stringify(value);
  // Of long lists, that by which they differ.
  const only = Array.isArray(other) ? value.filter((one) => !other.includes(one)) : value;
  return Array.isArray(other) && only.length < value.length ? (only.length === 0 ? "–" : `… ${only.join(", ")}`) : value.join(", ");
}

/** @param {Difference} difference */
const kind = ({ contract, document }) => (contract === undefined ? "added" : document === undefined ? "gone" : "changed");

/** @param {string[][]} rows */
function aligned(rows) {
  const widths = rows[0]?.map((_, column) => Math.min(56, Math.max(...rows.map((row) => row[column]?.length ?? 0)))) ?? [];
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** @param {ReturnType<typeof drift>} report */
export function table({ differences, marked, ruled, unneeded }) {
  const out = [];
  if (differences.length > 0) {
    const rows = differences.map((one) => [
      kind(one),
      one.operations.length > 1 ? `${one.operations[0]} and ${one.operations.length - 1} more` : (one.operations[0] ?? ""),
      one.place,
      one.keyword,
      show(one.contract, one.document),
      show(one.document, one.contract),
    ]);
    out.push(aligned([["", "operation", "place", "of it", "contract", "document"], ...rows]), "");
  }
  for (const { place, keyword } of unneeded)
    out.push(`the deviation of ${keyword} at ${place} is not needed: remove it, or give it the official value`);
  if (unneeded.length > 0) out.push("");
  const covered = [...ruled.values()].reduce((sum, count) => sum + count, 0);
  out.push(`${differences.length} differences; ${marked} marked deviations; ${covered} by the rules of docs/drift.md`);
  return `${out.join("\n")}\n`;
}

/** @param {ReturnType<typeof drift>} report */
export const json = ({ differences, marked, ruled, unneeded }) =>
  `${JSON.stringify(
    {
      differences: differences.map((one) => ({
        kind: kind(one),
        operations: one.operations,
        place: one.place,
        keyword: one.keyword,
        contract: one.contract,
        document: one.document,
      })),
      unneeded: unneeded.map(({ place, keyword, official, reason }) => ({ place, keyword, official, reason })),
      marked,
      ruled: Object.fromEntries(ruled),
    },
    null,
    1,
  )}\n`;

/** @param {unknown} value */
const cell = (value) =>
  value === undefined ? "–" : `\`${(typeof value === "string" ? value : JSON.stringify(value)).replaceAll("|", "\\|")}\``;

/** The page docs/drift.md. @param {Json} contract in full */
export function page(contract) {
  const marks = marksOf(contract);
  return `# Where the contract differs from the official document

Rendered from the contract and from \`scripts/drift/rules.mjs\` by \`make drift\`; a test holds it. \`make drift SPEC=file.json\` compares
an official OpenAPI document with the contract and prints every other difference.

## Deviations

Each is marked at its place, \`x-deviation\` in a schema or \`deviation\` in an operation, with the official value that it covers. A mark
that covers nothing is reported.

| place | of it | official | reason |
| --- | --- | --- | --- |
${marks.map(({ place, keyword, official, reason }) => `| \`${place}\` | ${keyword} | ${cell(official)} | ${reason.replaceAll("|", "\\|").replace(/\s+/g, " ")} |`).join("\n")}

## Rules

Decisions that hold everywhere.

| rule | reason |
| --- | --- |
${rules.map(({ name, reason }) => `| ${name} | ${reason} |`).join("\n")}

## Not compared

| part | reason |
| --- | --- |
${ignored.map(({ name, reason }) => `| ${name} | ${reason} |`).join("\n")}
`;
}
