// @ts-check
// The parameters of a call as the wasm takes them: names and JSON texts, and what JSON could not hold.
import { ConfigurationError } from "../dist/errors.js";
import { describe, describeInstance, get, isObject, isPlain } from "../dist/values.js";
import { json } from "./json.js";
import { read } from "./read.js";

/**
 * What could not be handed over, and why.
 *
 * @typedef {{ path: (string | number)[], expected: string, received: string }} Refused
 */

/**
 * What the wasm takes of a call: of path and query names and JSON texts in turn.
 *
 * @typedef {{ path: string[], query: string[], body: string | undefined, refused: Refused[] }} Parts
 */

/** What is expected where JSON cannot hold what came. */
export const WRITABLE = "a value that JSON can hold";

/**
 * Path, query and body. What the caller's own code throws goes back to the caller.
 *
 * @param {string} what
 * @param {{ path?: unknown, query?: unknown, body?: unknown } | undefined} parameters
 * @returns {Parts}
 */
export function parts(what, parameters) {
  const { path, query, body } = read(what, parameters, "path:any query:any body:any");
  for (const [place, value] of Object.entries({ path, query })) {
    if (isObject(value) && !isPlain(value)) {
      throw new ConfigurationError(`${what}: ${place} must be a plain object, received ${describeInstance(value)}`);
    }
  }
  /** @type {Refused[]} */
  const refused = [];
  return {
    path: pairs("path", path, refused),
    query: pairs("query", query, refused),
    body: body === undefined ? undefined : bodyOf(body, refused),
    refused,
  };
}

/**
 * A body as JSON. Of a URLSearchParams or an AbortSignal JSON holds nothing, and a request whose body is empty may mean
 * something else. An instance of a class of the caller's own has properties, or a toJSON.
 *
 * @param {any} value
 * @param {Refused[]} refused
 */
function bodyOf(value, refused) {
  const isLost = isObject(value) && !isPlain(value) && typeof get(value, "toJSON") !== "function" && Object.keys(value).length === 0;
  if (!isLost) return text(["body"], value, refused);
  refused.push({ path: ["body"], expected: WRITABLE, received: describeInstance(value) });
  return "null";
}

/**
 * @param {string} place
 * @param {any} values
 * @param {Refused[]} refused
 * @returns {string[]}
 */
function pairs(place, values, refused) {
  if (values === undefined || values === null) return [];
  if (!isObject(values)) {
    refused.push({ path: [place], expected: "an object", received: describe(values) });
    return [];
  }
  return Object.keys(values)
    .map((name) => /** @type {const} */ ([name, values[name]]))
    .filter(([, value]) => value !== undefined)
    .flatMap(([name, value]) => [name, text([place, name], value, refused)]);
}

/**
 * @param {string[]} place
 * @param {unknown} value
 * @param {Refused[]} refused
 */
function text(place, value, refused) {
  return json(value, (path, received) => refused.push({ path: [...place, ...path], expected: WRITABLE, received }));
}
