// @ts-check
// The public API in the declarations of the packed tarball: nothing is `any`, every name is documented and appears in the type
// tests, and editors complete the known values.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import ts from "typescript";
import { file, installed, typeTests } from "./consumer.mjs";
import { spoken, surface } from "./surface.mjs";

/** @type {ts.CompilerOptions} */
const options = {
  strict: true,
  noEmit: true,
  skipLibCheck: true,
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.Node16,
  lib: ["lib.es2022.d.ts", "lib.dom.d.ts"],
  types: [],
};
const entries = ["index", "sandbox"].map((name) => join(installed, `dist/${name}.d.ts`));
const { paths, components } = JSON.parse(readFileSync(join(installed, "dist/openapi.json"), "utf8"));
/** @type {{ name: string, route: string }[]} */
const operations = Object.entries(paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ name: operation["x-name"], route: `${method.toUpperCase()} ${path}` })),
);
/** @param {string} name @returns {string[]} */
const values = (name) => components.schemas[name].enum ?? components.schemas[name].anyOf[0].enum;

const tests = typeTests("mts");
tests.delete("libraries.ts");
/** @type {ts.Program} */
let program;
/** @type {ReturnType<typeof surface>} */
let offered;
before(() => {
  program = ts.createProgram([...tests.values(), ...entries], options);
  offered = surface(program, entries, (name) => name.startsWith(installed));
});

test("every operation of the contract is a method with its words, and a route", () => {
  const names = new Set(offered.items.map(({ name }) => name));
  const checker = program.getTypeChecker();
  const client = offered.items.find(({ name }) => name === "CloudClient");
  assert.ok(client && operations.length >= 142);
  for (const { name, route } of operations) {
    let type = checker.getDeclaredTypeOfSymbol(client.symbol);
    let words = "";
    for (const step of name.split(".")) {
      const member = checker.getPropertyOfType(type, step);
      assert.ok(member, `there is no ${name}`);
      words = ts.displayPartsToString(member.getDocumentationComment(checker));
      type = checker.getTypeOfSymbol(member);
    }
    assert.equal(type.getCallSignatures().length, 1, name);
    assert.ok(words.includes(route), `${name} has no words`);
    assert.ok(names.has(`Routes.${route}`), `there is no route ${route}`);
  }
  assert.deepEqual([...names].filter((name) => name.startsWith("Routes.")).sort(), operations.map(({ route }) => `Routes.${route}`).sort());
});

test("every parameter of a query has the contract's description", () => {
  const checker = program.getTypeChecker();
  const client = offered.items.find(({ name }) => name === "CloudClient");
  assert.ok(client);
  let described = 0;
  for (const operation of Object.values(paths).flatMap((methods) => Object.values(methods))) {
    const steps = String(operation["x-name"]).split(".");
    const method = steps.reduce(
      (type, step) => checker.getTypeOfSymbol(/** @type {ts.Symbol} */ (checker.getPropertyOfType(type, step))),
      checker.getDeclaredTypeOfSymbol(client.symbol),
    );
    const query = method
      .getCallSignatures()[0]
      ?.getParameters()
      .find(({ name }) => name === "query");
    const type = query && checker.getNonNullableType(checker.getTypeOfSymbol(query));
    for (const { in: place, name, description } of operation.parameters ?? []) {
      if (place !== "query" || description === undefined) continue;
      const property = type && checker.getPropertyOfType(type, name);
      const words = ts.displayPartsToString(property?.getDocumentationComment(checker));
      assert.ok(words.includes(description.trim()), `${steps.join(".")} ${name}: ${words}`);
      described += 1;
    }
  }
  assert.ok(described >= 20, String(described));
});

test("nothing is any", () => {
  assert.deepEqual(offered.anys, []);
});

test("an any would be found, wherever it stood", () => {
  const places = [
    "class A { constructor(one: any); }",
    "class A { method(one: Map<string, any>): void; }",
    "class A { method(): Promise<{ [name: string]: any }>; }",
    "class A { static of<T extends any[]>(): void; }",
    "class A { get one(): any; }",
    "interface A { readonly one?: ((two: { three: any }) => void) | undefined }",
    "const a: { one: any }[];",
    "function a(...one: any[]): void;",
    "type A<T> = T extends string ? any : T;",
    "type A = Record<string, any>;",
  ];
  const files = places.map((text, index) => file(`types/any${index}.d.mts`, `export declare ${text}`));
  const program = ts.createProgram(files, options);
  for (const [index, path] of files.entries())
    assert.equal(surface(program, [path], (name) => name === path).anys.length > 0, true, places[index]);
});

test("everything has its words", () => {
  assert.ok(offered.items.length > 300);
  assert.deepEqual(
    offered.items.filter(({ words }) => words.length < 4).map(({ name }) => name),
    [],
  );
});

test("the type tests speak of every method, option, error, event and route; and of what each refuses", () => {
  const { right, wrong, rightTexts, wrongTexts } = spoken(program, [...tests.values()]);
  /** @param {Set<ts.Node>} nodes @param {Set<string>} texts */
  const missing =
    (nodes, texts) =>
    (/** @type {import("./surface.mjs").Item} */ { name, symbol }) => {
      if (name.startsWith("new ")) return !texts.has(name);
      return !(symbol.declarations ?? []).some((node) => nodes.has(node)) && !(name.startsWith("Routes.") && texts.has(symbol.name));
    };
  // The shapes of the contract are the business of its own tests; here are the operations.
  const items = offered.items.filter(({ name, symbol }) => {
    const ofContract = symbol.declarations?.[0]?.getSourceFile().fileName.endsWith("/schema.d.ts");
    return !ofContract || name.startsWith("Routes.");
  });
  assert.ok(items.length > 200);
  assert.deepEqual(
    items.filter(missing(right, rightTexts)).map(({ name }) => name),
    [],
  );
  const refusing = items.filter(({ name, callable }) => {
    // Only the client calls functions of the caller.
    if (/^(Clock|Logger|RateLimiterLike|ResponseLike)\./.test(name)) return false;
    return callable || name.startsWith("Routes.") || /^(CloudClient|Call|Wait|Sandbox)Options\./.test(name);
  });
  assert.ok(refusing.length > 80);
  assert.deepEqual(
    refusing.filter(missing(wrong, wrongTexts)).map(({ name }) => name),
    [],
  );
});

/**
 * What an editor asks about a program.
 *
 * @param {string} path
 */
function editor(path) {
  /** @type {ts.LanguageServiceHost} */
  const host = {
    getCompilationSettings: () => options,
    getScriptFileNames: () => [path],
    getScriptVersion: () => "1",
    getScriptSnapshot: (name) => (ts.sys.fileExists(name) ? ts.ScriptSnapshot.fromString(ts.sys.readFile(name) ?? "") : undefined),
    getCurrentDirectory: () => installed,
    getDefaultLibFileName: ts.getDefaultLibFilePath,
    fileExists: ts.sys.fileExists,
    readFile: ts.sys.readFile,
    readDirectory: ts.sys.readDirectory,
    directoryExists: ts.sys.directoryExists,
    getDirectories: ts.sys.getDirectories,
  };
  return ts.createLanguageService(host);
}

test("an editor shows the contract's words", () => {
  const program = `
import { CloudClient, schemas } from "clickhouse-cloud";
const cloud = new CloudClient({ timeoutMs: 1 });
cloud.services.create({ name: "x", provider: "aws", minReplicaMemoryGb: 8 });
schemas.ServiceName;
`;
  const path = file("types/hover.mts", program);
  const service = editor(path);
  /** @param {string} name */
  const over = (name) => ts.displayPartsToString(service.getQuickInfoAtPosition(path, program.lastIndexOf(name))?.documentation);
  const create = paths["/v1/organizations/{organizationId}/services"].post;
  assert.ok(over("create").startsWith(create.summary));
  assert.match(over("create"), /RequestValidationError/);
  assert.equal(over("minReplicaMemoryGb"), components.schemas.CreateServiceBody.properties.minReplicaMemoryGb.description);
  assert.match(over("timeoutMs"), /milliseconds/);
  assert.ok(over("ServiceName").startsWith(components.schemas.ServiceName.description));
  assert.match(over("schemas"), /Standard Schema/);
});

test("an editor completes states, regions and names, which stay open", () => {
  const program = `
import { CloudClient, schemas, RequestValidationError, type Service } from "clickhouse-cloud";
const cloud = new CloudClient({ /*option*/ });
export const isRunning = (service: Service) => service.state === "/*state*/";
cloud.services.waitFor("id", "/*wait*/");
cloud.services.create({ name: "x", provider: "/*provider*/", region: "/*region*/" });
cloud.services.updateState("id", { command: "/*command*/" });
cloud.backups.waitFor("id", "id", { onProgress: ({ state }) => state === "/*backup*/" });
cloud.request("/*route*/");
cloud.services./*method*/;
schemas./*schema*/;
export const isType = (error: RequestValidationError) => error.issues[0]?.code === "/*code*/";
`;
  const path = file("types/completion.mts", program);
  const service = editor(path);
  /** @param {string} mark */
  const at = (mark) => {
    const completions = service.getCompletionsAtPosition(path, program.indexOf(`/*${mark}*/`), {});
    return (completions?.entries ?? []).map(({ name }) => name);
  };
  /** @param {string} mark @param {string[]} expected */
  const completes = (mark, expected) =>
    assert.deepEqual(
      expected.filter((name) => !at(mark).includes(name)),
      [],
      mark,
    );
  const states = values("State");
  assert.ok(states.includes("running"));
  completes("state", states);
  completes("wait", states);
  completes("backup", values("BackupStatus"));
  completes("region", values("Region"));
  // The codes are Rust's.
  const rust = readFileSync(new URL("../../src/issue.rs", import.meta.url), "utf8");
  const codes = [...rust.matchAll(/Self::\w+ => "(\w+)"/g)].map(([, code = ""]) => code);
  assert.ok(codes.includes("type"));
  assert.deepEqual(at("code").sort(), codes.sort());
  completes(
    "option",
    offered.items.map(({ name }) => name.split("CloudClientOptions.")[1] ?? "keyId"),
  );
  // For a closed enum, exactly its values are offered.
  for (const [mark, name] of [
    ["provider", "Provider"],
    ["command", "StateCommand"],
  ])
    assert.deepEqual(at(mark).sort(), values(name).sort());
  assert.deepEqual(at("route").sort(), operations.map(({ route }) => route).sort());
  completes("method", [...operations.flatMap(({ name }) => (name.startsWith("services.") ? [name.split(".")[1] ?? ""] : [])), "waitFor"]);
  assert.deepEqual(at("schema").sort(), Object.keys(components.schemas).sort());
});
