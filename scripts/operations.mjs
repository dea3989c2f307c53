// @ts-check
// Writes docs/operations/ and the list of resources in README.md, from the contract. tests/docs checks that they are up to date.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { pages, resourceLine } from "./operations/pages.mjs";
import { fail, read, root, write } from "./tools.mjs";

const folder = join(root, "docs/operations");
rmSync(folder, { recursive: true, force: true });
for (const [name, text] of pages()) write(join(folder, name), text);

const readme = join(root, "README.md");
const before = read(readme);
const marked = /(?<=^<!-- resources: made by `make operations` -->\n\n).*?(?=\n\n<!-- end of resources -->$)/ms;
if (!marked.test(before)) fail("README.md has lost the marks around its list of resources");
write(
  readme,
  before.replace(marked, () => resourceLine("docs/operations/")),
);
