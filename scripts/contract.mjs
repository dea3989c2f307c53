// @ts-check
// The bundled contract, as the phases of the build read it.
import { join } from "node:path";
import { read, work } from "./tools.mjs";

/** @typedef {Record<string, any>} Json */

const METHODS = ["get", "post", "put", "patch", "delete"];

/** @type {Json} */
export const contract = JSON.parse(read(join(work, "contract.json")));

/** The contract's operations, in its order. @type {{ path: string, method: string, operation: Json }[]} */
export const operations = Object.entries(contract.paths).flatMap(([path, item]) =>
  METHODS.filter((method) => method in item).map((method) => ({ path, method, operation: item[method] })),
);

/**
 * The schema of an operation's success, by content type; undefined: no body.
 *
 * @param {Json} operation
 * @returns {Json | undefined}
 */
export function answerOf({ responses }) {
  const status = Object.keys(responses).find((status) => status.startsWith("2"));
  return status === undefined ? undefined : responses[status].content;
}
