// @ts-check
// Phase 9: the declarations of the package. wasm-bindgen wrote those of the classes, tsc reads those of the errors from
// their JSDoc, phase 8 made those of the contract; here they become one surface, once for ESM and once for CommonJS.
import { rmSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { dist, fail, modules, read, root, work, write } from "../tools.mjs";

// Older consumers' lib does not know Symbol.dispose, which wasm-bindgen's classes have.
const HEADER = '/// <reference lib="esnext.disposable" />\n';

/**
 * What a declaration file declares, exports and speaks of.
 *
 * @param {string} text
 */
function names(text) {
  const source = ts.createSourceFile("x.d.ts", text, ts.ScriptTarget.Latest, true);
  const declared = new Set();
  const exported = new Set();
  const mentioned = new Set();
  for (const statement of source.statements) {
    const name = /** @type {{ name?: ts.Node }} */ (statement).name;
    if (name === undefined || !ts.isIdentifier(name)) continue;
    declared.add(name.text);
    if (ts.canHaveModifiers(statement) && ts.getModifiers(statement)?.some((one) => one.kind === ts.SyntaxKind.ExportKeyword)) {
      exported.add(name.text);
    }
  }
  /** @param {ts.Node} node */
  const visit = (node) => {
    if (ts.isTypeReferenceNode(node) || ts.isTypeQueryNode(node) || ts.isExpressionWithTypeArguments(node)) {
      mentioned.add(node.getText().match(/^(?:typeof )?(\w+)/)?.[1]);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return { declared, exported, mentioned };
}

/**
 * `import type` of what a file speaks of and another exports.
 *
 * @param {ReturnType<typeof names>} of
 * @param {Iterable<string>} offered
 * @param {string} from
 */
function imports(of, offered, from) {
  const wanted = [...offered].filter((name) => of.mentioned.has(name) && !of.declared.has(name)).sort();
  return wanted.length === 0 ? "" : `import type { ${wanted.join(", ")} } from "${from}";\n`;
}

/** @param {string} feature */
const ofBindgen = (feature) =>
  read(join(work, `${feature}.d.ts`))
    .replace(/^\/\* (?:tslint|eslint)[^\n]*\n/gm, "")
    .trimStart();

/** @param {readonly ts.Diagnostic[]} diagnostics */
function report(diagnostics) {
  if (diagnostics.length === 0) return;
  const host = { getCurrentDirectory: () => root, getCanonicalFileName: (/** @type {string} */ name) => name, getNewLine: () => "\n" };
  fail(ts.formatDiagnostics(diagnostics, host));
}

// The errors and the promise of a call: one source each, in src/js.
const SNIPPETS = ["errors", "promise"];
const errorsOut = join(work, "types");
rmSync(errorsOut, { recursive: true, force: true });
const program = ts.createProgram(SNIPPETS.map((name) => join(root, `src/js/${name}.js`)), {
  allowJs: true,
  checkJs: true,
  strict: true,
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ES2022,
  declaration: true,
  emitDeclarationOnly: true,
  stripInternal: true,
  outDir: errorsOut,
  types: [],
});
report([...ts.getPreEmitDiagnostics(program), ...program.emit().diagnostics]);
for (const name of SNIPPETS) {
  // Where the contract's types lie as seen from src/js, and as seen from here.
  const text = read(join(errorsOut, `${name}.d.ts`)).replaceAll("../../pkg/dist/schema.js", "./schema.js");
  write(join(dist, `${name}.d.ts`), text);
}

const errors = names(read(join(dist, "errors.d.ts")));
const promise = names(read(join(dist, "promise.d.ts")));
const schema = names(read(join(dist, "schema.d.ts")));
const client = names(ofBindgen("client"));
for (const name of schema.exported) {
  if (client.exported.has(name) || errors.exported.has(name)) fail(`the contract's schema ${name} has the name of a class or type of the client`);
}

write(
  join(dist, "index.d.ts"),
  [
    HEADER,
    imports(client, schema.exported, "./schema.js"),
    imports(client, errors.exported, "./errors.js"),
    imports(client, promise.exported, "./promise.js"),
    `export type { ${[...schema.exported].sort().join(", ")} } from "./schema.js";\n`,
    'export * from "./errors.js";\n',
    'export type * from "./promise.js";\n\n',
    ofBindgen("client"),
  ].join(""),
);
const sandbox = names(ofBindgen("sandbox"));
write(
  join(dist, "sandbox.d.ts"),
  HEADER + imports(sandbox, new Set([...client.exported, ...schema.exported, ...errors.exported]), "./index.js") + ofBindgen("sandbox"),
);

const all = [...SNIPPETS, "schema", ...modules.map(({ entry }) => entry)];
for (const name of all) {
  write(join(dist, `${name}.d.cts`), read(join(dist, `${name}.d.ts`)).replace(/((?:from |import\()"\.\/\w+)\.js"/g, '$1.cjs"'));
}

// A name that nobody declares must stop the build here, not in the editor of a user.
report(
  ts.getPreEmitDiagnostics(
    ts.createProgram(
      all.flatMap((name) => [join(dist, `${name}.d.ts`), join(dist, `${name}.d.cts`)]),
      { strict: true, noEmit: true, target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.Node16, moduleResolution: ts.ModuleResolutionKind.Node16, types: [] },
    ),
  ),
);
