// @ts-check
// The parameters of a call as the wasm takes them: names and JSON texts.
import { ConfigurationError } from "../dist/errors.js";
import { describe, describeInstance, get, isObject, isPlain, unpolluted } from "../dist/values.js";
import { read } from "./read.js";

/** No request is longer. One that filled the memory of the wasm would end it for all later calls. */
const LONGEST = 16_777_216;

/**
 * A value as JSON; where JSON cannot hold it, an exclamation mark and what it is. What the caller's own code throws goes
 * back to the caller.
 *
 * @param {unknown} value
 * @param {(this: any, key: string, value: any) => any} [replacer]
 */
export function json(value, replacer) {
  try {
    const text = JSON.stringify(value, unpolluted(replacer)) ?? `!${describe(value)}`;
    return text.length > LONGEST ? `!more than ${LONGEST} characters` : text;
  } catch (error) {
    // A circle, a BigInt, or too deep, which Firefox reports as an InternalError of its own.
    const InternalError = /** @type {ErrorConstructor} */ (get(globalThis, "InternalError") ?? RangeError);
    if (error instanceof TypeError || error instanceof RangeError || error instanceof InternalError) return `!${describe(value)}`;
    throw error;
  }
}

/**
 * Names and JSON texts in turn. One text alone: what came instead of an object.
 *
 * @param {any} values
 * @returns {string[]}
 */
export function pairs(values) {
  if (values === undefined || values === null) return [];
  if (!isObject(values)) return [describe(values)];
  return Object.keys(values)
    .map((name) => /** @type {const} */ ([name, values[name]]))
    .filter(([, value]) => value !== undefined)
    .flatMap(([name, value]) => [name, json(value)]);
}

/**
 * Path, query and body.
 *
 * @param {string} what
 * @param {{ path?: unknown, query?: unknown, body?: unknown } | undefined} parameters
 * @returns {{ path: string[], query: string[], body: string | undefined }}
 */
export function parts(what, parameters) {
  const { path, query, body } = read(what, parameters, "path:any query:any body:any");
  for (const [place, value] of Object.entries({ path, query })) {
    if (isObject(value) && !isPlain(value)) {
      throw new ConfigurationError(`${what}: ${place} must be a plain object, received ${describeInstance(value)}`);
    }
  }
  return { path: pairs(path), query: pairs(query), body: body === undefined ? undefined : bodyOf(body) };
}

/**
 * A body as JSON. Of a Map, a URLSearchParams or an AbortSignal JSON holds nothing, and a request whose body is empty may
 * mean something else. An instance of a class of the caller's own has properties, or a toJSON.
 *
 * @param {any} value
 */
function bodyOf(value) {
  const isLost = isObject(value) && !isPlain(value) && typeof get(value, "toJSON") !== "function" && Object.keys(value).length === 0;
  return isLost ? `!${describeInstance(value)}` : json(value);
}
