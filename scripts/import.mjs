// @ts-check
// `make import SPEC=file.json` inserts the parts of an official OpenAPI document that the contract lacks. The contract then does
// not compile until a person has written the missing texts. Changes and removals are only listed.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { parse } from "yaml";
import { expand } from "./drift/compiler.mjs";
import { drift, table } from "./drift/report.mjs";
import { insert } from "./import/insert.mjs";
import { fail, root } from "./tools.mjs";

const { values, positionals } = parseArgs({ allowPositionals: true, options: { project: { type: "string", default: root } } });
const [file] = positionals;
if (file === undefined) fail("which document? make import SPEC=file.json");
try {
  const document = parse(readFileSync(file, "utf8"));
  const contract = expand(values.project);
  const report = drift(contract, document);
  const { inserted, left } = insert(join(values.project, "contract"), contract, document, report);
  for (const line of inserted) console.log(`inserted ${line}`);
  if (inserted.length > 0) console.log("\nWrite the words that say TODO; until then the contract does not compile.");
  if (left.length > 0)
    console.log(`\nLeft to you, since it changes what stands there:\n\n${table({ ...report, differences: left, unneeded: [] })}`);
} catch (error) {
  fail(error instanceof Error ? error.message : String(error));
}
