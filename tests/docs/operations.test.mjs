// @ts-check
// docs/operations/ and the README's list of resources: they are the contract's; the calls in them compile; the lines of curl
// ask for what the client asks; links lead to headings.
import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { CloudClient } from "clickhouse-cloud";
import ts from "typescript";
import { example } from "../../scripts/operations/example.mjs";
import { pages, partsOf, resourceLine, variable } from "../../scripts/operations/pages.mjs";
import { operations } from "../../scripts/contract.mjs";
import { start } from "../http/server.mjs";
import { blocks, operationPages, read, root } from "./pages.mjs";

const FOLDER = "docs/operations";
const written = new Map(operationPages.map((page) => [page, read(page)]));
const sections = [...written.values()].flatMap((text) => text.split(/^## /m).slice(1)).filter((text) => /^\w+(\.\w+)+\n/.test(text));
const sectionOf = new Map(sections.map((text) => [text.split("\n")[0], text]));

test("the pages are those of the contract", () => {
  const expected = new Map([...pages()].map(([name, text]) => [`${FOLDER}/${name}`, text]));
  assert.deepEqual([...written.keys()].sort(), [...expected.keys()].sort(), "stale: run `make operations`");
  for (const [page, text] of expected) assert.ok(written.get(page) === text, `${page} is stale: run \`make operations\``);
  assert.ok(read("README.md").includes(`\n${resourceLine(`${FOLDER}/`)}\n`), "README.md is stale: run `make operations`");
});

test("every operation has a section with a call and a line of curl, and no page is long", () => {
  assert.equal(sectionOf.size, operations.length);
  for (const [name, text] of sectionOf) assert.deepEqual([blocks(text, "js").length, blocks(text, "sh").length], [1, 1], name);
  for (const [page, text] of written) assert.ok(text.split("\n").length <= 1001, page);
});

test("the calls compile", () => {
  const names = new Map(
    operations.flatMap((one) => partsOf(one).inPath.map(({ name, schema }) => [name, schema.type === "integer" ? "number" : "string"])),
  );
  const file = join(root, "tests/docs/operations-calls.mts");
  const text = [
    `import { CloudClient } from "clickhouse-cloud";`,
    "declare const cloud: CloudClient;",
    ...[...names].map(([name, type]) => `declare const ${name}: ${type};`),
    ...[...sectionOf.values()].flatMap((section) => blocks(section, "js")),
  ].join("\n");
  const options = { strict: true, noEmit: true, types: [], target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.NodeNext };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  host.fileExists = (path) => path === file || fileExists(path);
  host.getSourceFile = (path, version, ...rest) =>
    path === file ? ts.createSourceFile(path, text, version) : getSourceFile(path, version, ...rest);
  const found = ts.getPreEmitDiagnostics(ts.createProgram([file], options, host));
  assert.equal(
    ts.formatDiagnostics(found, { getCanonicalFileName: (path) => path, getCurrentDirectory: () => root, getNewLine: () => "\n" }),
    "",
  );
});

test("the lines of curl ask for what the client asks", async () => {
  const client = new CloudClient({
    ...{ keyId: "key", keySecret: "secret", organizationId: "5a9db0c5-1111-4000-8000-000000000002", baseUrl: "http://localhost:1" },
    logLevel: "off",
  });
  /** @type {Record<string, string>} */
  const env = { CLICKHOUSE_API_URL: "http://localhost:1", CLICKHOUSE_CLOUD_API_KEY: "key", CLICKHOUSE_CLOUD_API_SECRET: "secret" };
  /** @type {string[]} */
  const scripts = [];
  for (const one of operations) {
    const parts = partsOf(one);
    /** @type {Record<string, unknown>} */
    const path = { organizationId: "5a9db0c5-1111-4000-8000-000000000002" };
    for (const { name, schema } of parts.inPath) {
      if (name !== "organizationId") path[name] = example(schema);
    }
    const own = Object.fromEntries(Object.entries(path).filter(([name]) => parts.path.includes(`{${name}}`)));
    const given = Object.fromEntries(
      Object.entries({ path: own, query: parts.query, body: parts.exampleBody }).filter(([, value]) => value !== undefined),
    );
    /** @type {any} */
    const route = parts.route;
    const built = client.buildRequest(route, given);
    // The client leaves secrets out: what is sent is compared instead.
    const sent = built.body === undefined ? [] : ["--data", built.body];
    const shown = built.toCurl().replace(/ \\\n {2}--data '[^]*$/, "");
    const variables = Object.entries(path).map(([name, value]) => `${variable(name)}='${value}'`);
    const [line] = blocks(sectionOf.get(parts.name) ?? "", "sh");
    scripts.push(`${variables.join("; ")}\necho '== ${parts.name}'\n${line}`, `echo '-- ${parts.name}'\n${shown}`);
    scripts.push(...sent.map((text) => `printf '<%s>\\n' '${text.replaceAll("'", "'\\''")}'`));
  }
  const curl = "curl() { printf '<%s>\\n' \"$@\"; }";
  const { code, stdout, stderr } = await start("sh", ["-eu", "-c", `${curl}\n${scripts.join("\n")}`], { env }).ended;
  assert.deepEqual([code, stderr], [0, ""]);
  const asked = stdout.split(/^== /m).slice(1);
  assert.equal(asked.length, operations.length);
  for (const part of asked) {
    const [page, clients] = part.split(/^-- /m);
    assert.equal(page, clients);
  }
});

test("links lead to headings", () => {
  let links = 0;
  for (const [page, text] of written) {
    for (const [, target, heading] of text.matchAll(/\]\(([^)#\s]*)(?:#([^)]*))?\)/g)) {
      const to = target === "" ? page : join(dirname(page), target);
      if (heading === undefined) continue;
      links += 1;
      const headings = [...read(to).matchAll(/^#+ (.*)$/gm)].map(([, words]) => words.toLowerCase().replace(/[^\w-]/g, ""));
      assert.ok(headings.includes(heading), `${page}: ${target}#${heading}`);
    }
  }
  assert.ok(links > 500);
});
