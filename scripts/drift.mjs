// @ts-check
// `make drift SPEC=file.json` compares an official OpenAPI document with the contract. Without SPEC it renders docs/drift.md.
// Exit code 1: differences that the contract does not mark as deviations. Exit code 2: a document cannot be read.
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { parse } from "yaml";
import { expand } from "./drift/compiler.mjs";
import { drift, json, page, table } from "./drift/report.mjs";
import { root, write } from "./tools.mjs";

/** @param {unknown} error @returns {never} */
function unreadable(error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exit(2);
}

/** @param {string} file JSON or YAML */
function document(file) {
  const value = parse(readFileSync(resolve(file), "utf8"));
  if (typeof value?.paths !== "object" || value.paths === null) throw new Error(`${file}: this is no OpenAPI document, it has no paths`);
  return value;
}

try {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { json: { type: "boolean" }, project: { type: "string", default: root } },
  });
  const [file] = positionals;
  const contract = expand(values.project);
  if (file === undefined) write(join(values.project, "docs/drift.md"), page(contract));
  else {
    const report = drift(contract, document(file));
    process.stdout.write(values.json ? json(report) : table(report));
    process.exitCode = report.differences.length + report.unneeded.length > 0 ? 1 : 0;
  }
} catch (error) {
  unreadable(error);
}
