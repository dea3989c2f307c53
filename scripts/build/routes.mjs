// @ts-check
// Phase 9, for the proxy: writes the contract's routes as a table that maps a method and a path to an operation.
import { join } from "node:path";
import { contract, operations } from "../contract.mjs";
import { resultOf } from "../document.mjs";
import { fail, generated, write } from "../tools.mjs";

/** @import { Json } from "../document.mjs" */

/**
 * The JSON type of a parameter, in brackets if it may be repeated.
 *
 * @param {Json} schema
 * @returns {string}
 */
function kind(schema) {
  if ("$ref" in schema) return kind(contract.components.schemas[String(schema.$ref).split("/").at(-1) ?? ""]);
  if (schema.type === "array") return `[${kind(schema.items)}]`;
  return schema.type ?? fail(`the proxy cannot read a parameter of ${JSON.stringify(schema)}`);
}

/**
 * @param {string} path
 * @param {string} verb
 * @param {Json} operation
 */
function route(path, verb, operation) {
  const parameters = /** @type {Json[]} */ (operation.parameters ?? []);
  const inPath = parameters.filter((one) => one.in === "path");
  const inQuery = parameters.filter((one) => one.in === "query");
  return {
    name: operation["x-name"],
    method: verb.toUpperCase(),
    steps: path.slice(1).split("/"),
    path: Object.fromEntries(inPath.map((one) => [one.name, kind(one.schema)])),
    query: Object.fromEntries(inQuery.map((one) => [one.name, kind(one.schema)])),
    json: resultOf(operation) !== "text",
  };
}

const routes = operations.map(({ path, method, operation }) => route(path, method, operation));

write(
  join(generated, "routes.js"),
  `// Generated from the contract.
/**
 * The name of an operation.
 *
 * @typedef {keyof import("./schema.js").Operations} OperationName
 */
/**
 * A route: the steps of its path, the JSON types of path and query, and whether its response is JSON.
 *
 * @typedef {{ name: OperationName, method: string, steps: string[], path: Record<string, string>, query: Record<string, string>, json: boolean }} Route
 */

/**
 * @type {readonly Route[]}
 * @internal
 */
export const ROUTES = [
${routes.map((one) => `  ${JSON.stringify(one)},\n`).join("")}];
`,
);
