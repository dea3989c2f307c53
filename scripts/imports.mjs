// @ts-check
// Rewrites the import section of a wasm module: every import is named by its position, in a module without a name. So
// what is handed in is `{ "": [first, second, …] }`.
import { Reader, TITLES, join, leb, sections } from "./sections.mjs";
import { fail } from "./tools.mjs";

/**
 * @param {Buffer} wasm whose imports are all functions
 * @returns {Buffer}
 */
export function numberImports(wasm) {
  return join(sections(wasm).map((section) => (TITLES[section.id] === "import" ? { id: section.id, content: numbered(section.content) } : section)));
}

/** @param {Buffer} content */
function numbered(content) {
  const reader = new Reader(content);
  let index = 0;
  const imports = reader.list(() => {
    reader.text();
    reader.text();
    if (reader.byte() !== 0) fail("the wasm imports more than functions");
    const name = Buffer.from(String(index++));
    return [0, ...leb(name.length), ...name, 0, ...leb(reader.number())];
  });
  return Buffer.from([...leb(imports.length), ...imports.flat()]);
}
