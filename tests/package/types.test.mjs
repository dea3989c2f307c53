// @ts-check
// The declarations of the packed tarball in strict projects: ES modules, CommonJS modules, and the module resolution of bundlers and
// old compilers. The libraries are checked too.
import assert from "node:assert/strict";
import { test } from "node:test";
import ts from "typescript";
import { lend, typeTests } from "./consumer.mjs";

// Types of Node, for projects without the lib of pages.
lend("@types/node");
for (const name of ["@hono/standard-validator", "@standard-schema/spec", "@tanstack/form-core", "hono"]) lend(name);

/** @type {ts.CompilerOptions} */
const strict = {
  noEmit: true,
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noImplicitOverride: true,
  target: ts.ScriptTarget.ES2022,
  types: [],
};
const page = { lib: ["lib.es2022.d.ts", "lib.dom.d.ts"] };
const { ESNext, CommonJS, Node16, NodeNext } = ts.ModuleKind;
const { Bundler, Node10 } = ts.ModuleResolutionKind;

/** @type {[what: string, extension: string, options: ts.CompilerOptions][]} */
const modes = [
  ["node16, an ES module", "mts", { ...page, module: Node16 }],
  ["node16, a CommonJS module", "cts", { ...page, module: Node16 }],
  ["nodenext, an ES module", "mts", { ...page, module: NodeNext }],
  ["nodenext, a CommonJS module", "cts", { ...page, module: NodeNext }],
  ["bundler", "ts", { ...page, module: ESNext, moduleResolution: Bundler }],
  ["node10", "ts", { ...page, module: CommonJS, moduleResolution: Node10 }],
  ["node16, with what Node has and without the lib of pages", "mts", { lib: ["lib.es2022.d.ts"], types: ["node"], module: Node16 }],
];

/**
 * @param {string[]} files
 * @param {ts.CompilerOptions} options
 */
function mistakes(files, options) {
  const program = ts.createProgram(files, { ...strict, ...options });
  return ts.getPreEmitDiagnostics(program).map(({ file, start = 0, messageText }) => {
    const line = file === undefined ? "" : `${file.fileName}:${file.getLineAndCharacterOfPosition(start).line + 1}: `;
    return `${line}${ts.flattenDiagnosticMessageText(messageText, "\n")}`;
  });
}

for (const [what, extension, options] of modes) {
  test(what, () => {
    const tests = typeTests(extension);
    tests.delete("libraries.ts");
    assert.deepEqual(mistakes([...tests.values()], options), []);
  });
}

test("libraries that speak Standard Schema", () => {
  const tests = typeTests("mts");
  const files = ["same.d.ts", "libraries.ts"].map((name) => tests.get(name) ?? "");
  // Theirs are not checked here.
  assert.deepEqual(mistakes(files, { ...page, module: NodeNext, skipLibCheck: true }), []);
});
