// @ts-check
// The generated types, for a contract with features that today's lacks: nullable enums, enums of numbers, discriminated unions, text
// results, and operations that are not stable.
import assert from "node:assert/strict";
import { test } from "node:test";
import ts from "typescript";
import { schemaTypes } from "../../scripts/schema-types.mjs";

const reference = (/** @type {string} */ name) => ({ $ref: `#/components/schemas/${name}` });
const json = (/** @type {object} */ schema) => ({ content: { "application/json": { schema } } });
const body = json(reference("Change"));
const result = json({ type: "object", properties: { result: reference("Thing") } });
const schemas = {
  Thing: {
    type: "object",
    required: ["hour", "source"],
    properties: {
      hour: { type: "integer", enum: [0, 6, 12] },
      level: { type: ["string", "null"], enum: ["low", "high", null] },
      source: reference("Source"),
      target: { anyOf: [reference("Kafka"), { type: "null" }] },
    },
  },
  Source: {
    oneOf: [reference("Kafka"), reference("S3")],
    discriminator: { propertyName: "type", mapping: { kafka: reference("Kafka").$ref } },
  },
  Kafka: {
    type: "object",
    required: ["type", "topic"],
    properties: { type: { type: "string", enum: ["kafka", "msk"] }, topic: { type: "string" } },
  },
  S3: { type: "object", required: ["type", "url"], properties: { type: { type: "string", const: "s3" }, url: { type: "string" } } },
  Change: {
    type: "object",
    properties: {
      level: { type: ["string", "null"], enum: ["low", "high", null] },
      hour: { type: "integer", enum: [0, 6, 12] },
      mode: { type: ["string", "null"], enum: ["a", null], "x-open-enum": true },
    },
  },
};
const operation = {
  "x-name": "things.change",
  "x-maturity": "beta",
  summary: "Change it.",
  requestBody: { required: true, ...body },
  responses: { 200: result },
};
const metrics = {
  "x-name": "things.metrics",
  summary: "Read it.",
  responses: { 200: { content: { "text/plain": { schema: { type: "string" } } } } },
};
const contract = {
  openapi: "3.1.0",
  info: { title: "T", version: "1" },
  paths: { "/v1/things": { get: metrics, patch: operation } },
  components: { schemas: Object.fromEntries(Object.entries(schemas).map(([name, one]) => [name, { description: "D.", ...one }])) },
};

/** What the compiler says about a program that has the types. @param {string} program */
async function mistakes(program) {
  const { text } = await schemaTypes(contract);
  const files = new Map([
    ["/types.d.ts", text],
    ["/program.ts", `import type * as T from "./types.js";\n${program}`],
  ]);
  const options = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: [],
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.Node16,
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists, readFile } = host;
  host.fileExists = (name) => files.has(name) || fileExists(name);
  host.readFile = (name) => files.get(name) ?? readFile(name);
  host.getSourceFile = (name, ...rest) => {
    const own = files.get(name);
    return own === undefined ? getSourceFile(name, ...rest) : ts.createSourceFile(name, own, ts.ScriptTarget.ES2022);
  };
  const found = ts.getPreEmitDiagnostics(ts.createProgram(["/program.ts"], options, host));
  return found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
}

test("an enum keeps its null, and numbers stay numbers", async () => {
  const program = `
declare const thing: T.Thing;
const level: "low" | "high" | (string & {}) | null | undefined = thing.level;
const none: null = null as Extract<T.Thing["level"], null>;
const hour: number = thing.hour;
const change: T.Change = { level: null, hour: 6, mode: "new" };
export { level, none, hour, change };
// @ts-expect-error: no such hour
export const late: T.Change = { hour: 7 };
// @ts-expect-error: no such level
export const middle: T.Change = { level: "middle" };
`;
  assert.deepEqual(await mistakes(program), []);
});

test("unions narrow by the property that tells their variants apart", async () => {
  const program = `
export function address({ source, target }: T.Thing): string {
  if (source.type === "s3") return source.url;
  const topic: string = source.topic;
  return target === null || target === undefined ? topic : target.topic;
}
// @ts-expect-error: which source is it?
export const wrong = (thing: T.Thing) => thing.source.url;
`;
  assert.deepEqual(await mistakes(program), []);
});

test("a result may be text, and what is not stable says so", async () => {
  const program = `
const text: string = "" as T.Routes["GET /v1/things"]["result"];
const thing: T.Routes["PATCH /v1/things"]["result"] = { hour: 0, source: { type: "s3", url: "u" } };
export { text, thing };
`;
  assert.deepEqual(await mistakes(program), []);
  const { text } = await schemaTypes(contract);
  assert.match(text, /Change it\.\n +\*\n +\* \*\*Beta\*\*: the service may change it without notice\.\n/);
});
