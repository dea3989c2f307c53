// @ts-check
// Every type that a public signature mentions can be imported by name, from the packed tarball: programs that write their types
// down, and libraries that are built on the client, need them.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import ts from "typescript";
import { file, installed, manifest } from "./consumer.mjs";

/** @type {ts.CompilerOptions} */
const options = {
  ...{ strict: true, skipLibCheck: true, declaration: true, emitDeclarationOnly: true, types: [] },
  ...{ target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.NodeNext, lib: ["lib.es2022.d.ts", "lib.dom.d.ts"] },
};
/** @type {{ specifier: string, path: string }[]} */
const entries = Object.entries(manifest.exports)
  .filter(([, conditions]) => conditions.default?.types !== undefined)
  .map(([name, conditions]) => ({ specifier: join("clickhouse-cloud", name), path: join(installed, conditions.default.types) }));
/** @type {any[]} */
const operations = Object.values(JSON.parse(readFileSync(join(installed, "dist/openapi.json"), "utf8")).paths).flatMap((item) =>
  Object.values(item),
);
const pascal = (/** @type {string} */ name) => name.replace(/(?:^|\.)(\w)/g, (_, letter) => letter.toUpperCase());

/**
 * The types that the signatures of some entry points mention and that none of them exports, each with the place of its first mention.
 *
 * @param {ts.Program} program
 * @param {string[]} paths
 * @param {(fileName: string) => boolean} isOurs
 */
function unnamed(program, paths, isOurs) {
  const checker = program.getTypeChecker();
  /** @param {ts.Symbol} symbol */
  const target = (symbol) => (symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol);
  const exported = new Set(
    paths.flatMap((path) => {
      const module = checker.getSymbolAtLocation(/** @type {ts.SourceFile} */ (program.getSourceFile(path)));
      assert.ok(module, path);
      return checker.getExportsOfModule(module).map(target);
    }),
  );
  /** @type {Map<string, string>} */
  const missing = new Map();
  /** @type {Set<ts.Node>} */
  const seen = new Set();
  /** @param {ts.Node} node @param {string} place */
  function visit(node, place) {
    if (ts.canHaveModifiers(node)) {
      const hidden = [ts.SyntaxKind.PrivateKeyword, ts.SyntaxKind.ProtectedKeyword];
      if (ts.getModifiers(node)?.some(({ kind }) => hidden.includes(kind))) return;
    }
    // The members that a class inherits are its own; the name of their class is in no signature.
    if (ts.isHeritageClause(node) && ts.isClassDeclaration(node.parent)) {
      for (const { expression } of node.types) {
        const base = checker.getSymbolAtLocation(expression);
        for (const declaration of (base && target(base).declarations) ?? []) enter(declaration, place);
      }
      return;
    }
    const name = ts.isTypeReferenceNode(node)
      ? node.typeName
      : ts.isTypeQueryNode(node)
        ? node.exprName
        : ts.isImportTypeNode(node)
          ? node.qualifier
          : ts.isExpressionWithTypeArguments(node)
            ? node.expression
            : undefined;
    const symbol = name && checker.getSymbolAtLocation(name);
    if (symbol !== undefined) {
      const named = target(symbol);
      const isLocal = (named.flags & ts.SymbolFlags.TypeParameter) !== 0;
      const declared = named.declarations?.some((one) => isOurs(one.getSourceFile().fileName)) === true;
      if (declared && !isLocal && !exported.has(named) && !missing.has(named.name)) missing.set(named.name, place);
    }
    ts.forEachChild(node, (child) => visit(child, place));
  }
  /** @param {ts.Node} declaration @param {string} place */
  function enter(declaration, place) {
    if (seen.has(declaration) || !isOurs(declaration.getSourceFile().fileName)) return;
    seen.add(declaration);
    ts.forEachChild(declaration, (child) => visit(child, place));
  }
  for (const symbol of exported) for (const declaration of symbol.declarations ?? []) enter(declaration, symbol.name);
  return { missing: Object.fromEntries(missing), signatures: seen.size };
}

test("no signature mentions a type that cannot be imported", () => {
  const paths = entries.map(({ path }) => path);
  const { missing, signatures } = unnamed(ts.createProgram(paths, options), paths, (name) => name.startsWith(installed));
  assert.ok(entries.length >= 3 && signatures > 500, `${signatures}`);
  assert.deepEqual(missing, {});
});

test("a type without a name would be found, wherever it stood", () => {
  const places = [
    "function a(one: Hidden): void;",
    "function a(): Promise<Hidden[]>;",
    "class A { one: Hidden; }",
    "class A { get one(): { two?: Hidden }; }",
    "class A extends Base {}",
    "interface A extends Hidden {}",
    "interface A { one(two: (three: Hidden) => void): void }",
    "type A<T extends keyof Hidden> = T;",
    'type A = Hidden["one"];',
    "const a: typeof hidden;",
  ];
  const own = "interface Hidden { one: 1 }\ndeclare const hidden: Hidden;\ndeclare class Base { two: Hidden; }\n";
  const files = places.map((text, index) => file(`names/hidden${index}.d.mts`, `${own}export declare ${text}\nexport {};\n`));
  const program = ts.createProgram(files, options);
  for (const [index, path] of files.entries()) {
    const { missing } = unnamed(program, [path], (name) => name === path);
    assert.equal(Object.keys(missing).length, 1, places[index]);
  }
});

test("a library may export what it makes of a client, with the types that the compiler infers", () => {
  /** Every resource, and every method of it. @type {Set<string>} */
  const resources = new Set();
  for (const { "x-name": name } of operations) {
    const steps = name.split(".").slice(0, -1);
    for (let end = 1; end <= steps.length; end++) resources.add(steps.slice(0, end).join("."));
  }
  const lines = [...resources].map((name, index) => `export const resource${index} = cloud.${name};`);
  lines.push(...operations.map(({ "x-name": name }, index) => `export const method${index} = () => cloud.${name};`));
  const path = file(
    "names/library.mts",
    `import { CloudClient, schemas } from "clickhouse-cloud";
import { createProxy, toNodeListener } from "clickhouse-cloud/proxy";
import { Sandbox } from "clickhouse-cloud/sandbox";
const cloud = new CloudClient();
${lines.join("\n")}
export const own = { schemas, createProxy, toNodeListener, sandbox: new Sandbox() };
export const helpers = [cloud.keys.rotate, cloud.udfs.deploy, cloud.usageCost.range, cloud.services.createAndWait] as const;
export const request = cloud.request("GET /v1/organizations");
export const built = cloud.buildRequest("GET /v1/organizations");
export class Mine extends CloudClient {}
`,
  );
  const program = ts.createProgram([path], options);
  /** @type {string[]} */
  const written = [];
  const { diagnostics } = program.emit(undefined, (_, text) => written.push(text));
  const mistakes = [...ts.getPreEmitDiagnostics(program), ...diagnostics].map(({ messageText }) =>
    ts.flattenDiagnosticMessageText(messageText, "\n"),
  );
  assert.deepEqual(mistakes, []);
  assert.doesNotMatch(written.join("\n"), /clickhouse-cloud\/dist|\bany\b/);
});

test("one rule names them: the resource of a path, the query of an operation", () => {
  const names = operations.map(({ "x-name": name }) => name);
  const queries = operations
    .filter(({ parameters = [] }) => parameters.some((/** @type {any} */ one) => one.in === "query"))
    .map(({ "x-name": name }) => name);
  assert.ok(queries.length >= 9, `${queries.length}`);
  const resources = [...new Set(names.map((name) => name.split(".").slice(0, -1).join(".")))];
  const imported = [...resources.map((name) => `${pascal(name)}Resource`), ...queries.map((name) => `${pascal(name)}Query`)];
  const path = file(
    "names/rule.mts",
    `import type { CloudClient, Operations, ${imported.join(", ")} } from "clickhouse-cloud";
import type { OperationName } from "clickhouse-cloud/proxy";
declare function same<A, B>(...differ: (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? [] : [never]): void;
declare const cloud: CloudClient;
same<keyof Operations, OperationName>();
${resources.map((name) => `same<typeof cloud.${name}, ${pascal(name)}Resource>();`).join("\n")}
${queries.map((name) => `same<NonNullable<Operations["${name}"]["query"]>, ${pascal(name)}Query>();`).join("\n")}
${names.map((name) => `same<Awaited<ReturnType<typeof cloud.${name}>>, Operations["${name}"]["result"]>();`).join("\n")}
`,
  );
  const mistakes = ts
    .getPreEmitDiagnostics(ts.createProgram([path], options))
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
  assert.deepEqual(mistakes, []);
});
