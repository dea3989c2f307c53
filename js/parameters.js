// @ts-check
// Converts the parameters of a call into the form that the wasm takes: names with JSON texts, and the list of values that JSON
// cannot represent. The wasm reports those together with the violations of the contract.
import { ConfigurationError } from "./errors.js";
import { describe, describeInstance, has, isObject, isPlain } from "./bindings/values.js";
import { json } from "./json.js";
import { read } from "./read.js";

/** @import { CoreArguments, CoreRefusal } from "./generated/client_bg.js" */

/** The `expected` text of an issue for a value that JSON cannot represent. */
export const WRITABLE = "a value that JSON can hold";

/**
 * Reads path, query and body from the caller's object, and checks its names. Errors of the caller's getters are rethrown.
 *
 * @param {string} what
 * @param {{ path?: unknown, query?: unknown, body?: unknown } | undefined} parameters
 * @returns {CoreArguments}
 */
export function parts(what, parameters) {
  return written(what, read(what, parameters, "path:any query:any body:any"));
}

/**
 * Reads path, query and body from an object that this package made: its names need no check.
 *
 * @param {string} what
 * @param {{ path?: any, query?: any, body?: any }} [parameters]
 * @returns {CoreArguments}
 */
export function written(what, parameters = {}) {
  const [path, query, body] = [own(parameters, "path"), own(parameters, "query"), own(parameters, "body")];
  plain(what, "path", path);
  plain(what, "query", query);
  /** @type {CoreRefusal[]} */
  const refused = [];
  return {
    path: pairs("path", path, refused),
    query: pairs("query", query, refused),
    body: body === undefined ? undefined : bodyOf(body, refused),
    refused,
  };
}

/**
 * @param {any} object
 * @param {string} name
 */
const own = (object, name) => (Object.hasOwn(object, name) ? object[name] : undefined);

/**
 * @param {string} what
 * @param {string} place
 * @param {unknown} value
 */
function plain(what, place, value) {
  if (!isObject(value) || isPlain(value)) return;
  throw new ConfigurationError(`${what}: ${place} must be a plain object, received ${describeInstance(/** @type {object} */ (value))}`);
}

/**
 * Gives a body as JSON. An instance without properties and without `toJSON`, such as a URLSearchParams or an AbortSignal, is
 * refused: its JSON would be an empty object, which is a different request.
 *
 * @param {any} value
 * @param {CoreRefusal[]} refused
 */
function bodyOf(value, refused) {
  const isLost = isObject(value) && !isPlain(value) && !has(value, "toJSON") && Object.keys(value).length === 0;
  if (!isLost) return text(["body"], value, refused);
  refused.push({ path: ["body"], expected: WRITABLE, received: describeInstance(value) });
  return "null";
}

/**
 * @param {string} place
 * @param {any} values
 * @param {CoreRefusal[]} refused
 * @returns {string[]}
 */
function pairs(place, values, refused) {
  if (values === undefined || values === null) return [];
  if (!isObject(values)) {
    refused.push({ path: [place], expected: "an object", received: describe(values) });
    return [];
  }
  const pairs = [];
  for (const name of Object.keys(values)) {
    const value = values[name];
    if (value !== undefined) pairs.push(name, text([place, name], value, refused));
  }
  return pairs;
}

/**
 * @param {string[]} place
 * @param {unknown} value
 * @param {CoreRefusal[]} refused
 */
function text(place, value, refused) {
  return json(value, (path, received) => refused.push({ path: [...place, ...path], expected: WRITABLE, received }));
}
