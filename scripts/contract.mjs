// @ts-check
// The whole contract as an OpenAPI document, which build.rs writes and the later build phases read.
import { join } from "node:path";
import { operationsOf } from "./document.mjs";
import { read, work } from "./tools.mjs";

export { operationsOf };

/** @typedef {Record<string, any>} Json */

/** @type {Json} */
export const contract = JSON.parse(read(join(work, "contract.json")));

export const operations = operationsOf(contract);

/**
 * The content of an operation's successful response: the schema of its result, "text", or undefined if there is no result.
 *
 * @param {Json} operation
 * @returns {Json | "text" | undefined}
 */
export function resultOf({ responses }) {
  const status = Object.keys(responses).find((status) => status.startsWith("2")) ?? "";
  const json = responses[status].content["application/json"];
  return json === undefined ? "text" : json.schema.properties.result;
}

/** The note for callers about an operation that is not stable. @param {Json} operation */
export const maturityOf = (operation) => (operation["x-maturity"] === "beta" ? "**Beta**: the service may change it without notice." : "");
