// @ts-check
// Tables as text: columns for a terminal, and Markdown for BENCHMARKS.md.

/**
 * @typedef {object} Table
 * @property {string} title
 * @property {string[]} head
 * @property {string[][]} rows
 */

/**
 * @typedef {object} Section one letter of the benchmarks
 * @property {string} name such as "a. Validation"
 * @property {string} about what is measured, in Markdown
 * @property {Table[]} tables
 * @property {Comparison[]} compared
 */

/**
 * One side against another, where less is better.
 *
 * @typedef {object} Comparison
 * @property {string} what
 * @property {string} peer
 * @property {number} own
 * @property {number} other
 * @property {string} unit
 * @property {number} [spread] that of the two together, where it is known
 */

const isNumber = (/** @type {string} */ cell) => /^[-+]?[\d,.]+( ?[±%a-zA-Z].*)?$/.test(cell);

/** @param {Table} table */
export function terminal({ title, head, rows }) {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)));
  const line = (/** @type {string[]} */ row) =>
    row
      .map((cell, column) => (isNumber(cell) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)))
      .join("  ")
      .trimEnd();
  return [title, line(head), ...rows.map(line)].join("\n");
}

/** @param {Table} table */
export function markdown({ title, head, rows }) {
  const line = (/** @type {string[]} */ row) => `| ${row.map((cell) => cell.replaceAll("|", "\\|").replaceAll("\n", " ")).join(" | ")} |`;
  const under = head.map((_, column) => (rows.every((row) => isNumber(row[column] ?? "") || row[column] === "") ? "---:" : "---"));
  return [`**${title}**`, "", line(head), line(under), ...rows.map(line)].join("\n");
}

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

/** A number with the digits that it deserves. @param {number} value */
export function number(value) {
  if (!Number.isFinite(value)) return "–";
  return Number.isInteger(value) || Math.abs(value) >= 100
    ? whole.format(value)
    : value.toFixed(Math.abs(value) >= 10 ? 1 : Math.abs(value) >= 0.1 ? 2 : 3);
}

/** A ratio and its spread. @param {{ ratio: number, spread: number }} measured */
export const ratio = ({ ratio, spread }) => `${ratio.toFixed(2)} ± ${spread.toFixed(2)}`;

/** Prints a section as a program of its own does. @param {Section} section */
export const print = ({ tables }) => console.log(tables.map(terminal).join("\n\n"));
