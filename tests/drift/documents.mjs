// @ts-check
// An official document of our own making: the contract in full, with the official values that its deviations name. Tests change
// it as a week changes the service.
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { expand } from "../../scripts/drift/compiler.mjs";
import { operationsOf } from "../../scripts/document.mjs";
import { root } from "../../scripts/tools.mjs";

/** @typedef {Record<string, any>} Json */

export const contract = expand();

/** What the contract adds of its own. */
const OWN = [
  "x-open-enum",
  "x-secret",
  "x-aliases",
  "x-expected",
  "x-rules",
  "x-enum-groups",
  "x-states",
  "x-name",
  "x-idempotency",
  "x-yields",
  "x-pages",
  "x-range",
  "x-waiter",
  "dependentRequired",
];

/** Puts the official values in place of what deviates. @param {Json} schema @returns {Json | undefined} undefined: the document lacks it */
function official(schema) {
  const marks = schema["x-deviation"] ?? {};
  if ("property" in marks || "parameter" in marks) return undefined;
  for (const [keyword, mark] of Object.entries(marks)) {
    if (keyword === "enum") delete schema.const;
    if (keyword === "nullable") schema.type = schema.type.find((/** @type {string} */ type) => type !== "null");
    if (mark.official === undefined || keyword === "nullable") delete schema[keyword];
    else schema[keyword] = mark.official;
  }
  for (const key of ["x-deviation", ...OWN]) delete schema[key];
  for (const [name, property] of Object.entries(schema.properties ?? {}))
    if (official(property) === undefined) delete schema.properties[name];
  for (const one of [schema.items, schema.additionalProperties, ...(schema.oneOf ?? []), ...(schema.anyOf ?? []), ...(schema.allOf ?? [])])
    if (typeof one === "object") official(one);
  return schema;
}

/** @returns {Json} */
export function document() {
  const out = structuredClone(contract);
  for (const { operation } of operationsOf(out)) {
    for (const parameter of operation.parameters ?? []) official(parameter.schema);
    for (const key of OWN) delete operation[key];
    if (operation["x-maturity"]) operation["x-maturity"] = ["Beta"];
  }
  for (const schema of Object.values(out.components.schemas)) official(schema);
  return out;
}

const folder = mkdtempSync(join(tmpdir(), "drift-"));
after(() => rmSync(folder, { recursive: true }));
let count = 0;

/** A copy of the contract, to import into. */
export function copy() {
  const project = join(folder, `copy-${++count}`);
  cpSync(join(root, "contract"), join(project, "contract"), { recursive: true });
  return project;
}

/** A document as a file. @param {Json | string} content */
export function file(content) {
  const path = join(folder, `document-${++count}.json`);
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
}

/** The files of a project's contract. @param {string} project @returns {Record<string, string>} */
export const textsOf = (project) =>
  Object.fromEntries(readdirSync(join(project, "contract")).map((name) => [name, readFileSync(join(project, "contract", name), "utf8")]));

/** Inserts a member behind another one. @param {Json} object @param {string} behind @param {string} name @param {unknown} value */
export function insertBehind(object, behind, name, value) {
  const members = Object.entries(object);
  members.splice(members.findIndex(([key]) => key === behind) + 1, 0, [name, value]);
  for (const key of Object.keys(object)) delete object[key];
  Object.assign(object, Object.fromEntries(members));
}

export const ORGANIZATION = "/v1/organizations/{organizationId}";

/** An operation as the official document writes it. @param {string} id @param {{ parameters?: Json[], body?: string, result?: Json, beta?: boolean }} parts */
export function operation(id, { parameters = [], body, result, beta = false }) {
  const uuid = { type: "string", format: "uuid" };
  const properties = { status: { type: "number" }, requestId: uuid, ...(result && { result }) };
  return {
    operationId: id,
    ...(beta && { "x-maturity": ["Beta"] }),
    parameters: [{ name: "organizationId", in: "path", required: true, schema: uuid }, ...parameters],
    ...(body && {
      requestBody: { required: false, content: { "application/json": { schema: { $ref: `#/components/schemas/${body}` } } } },
    }),
    responses: { 200: { description: "", content: { "application/json": { schema: { type: "object", properties } } } } },
  };
}
