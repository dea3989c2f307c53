// @ts-check
// The parameters of a call as the wasm takes them: names and JSON texts.
import { checkOptions } from "../dist/client_bg.js";
import { describe, get, isObject } from "../dist/values.js";

/**
 * A value as JSON; where JSON cannot hold it, an exclamation mark and what it is.
 *
 * @param {unknown} value
 * @param {(this: any, key: string, value: any) => any} [replacer]
 */
export function json(value, replacer) {
  try {
    return JSON.stringify(value, replacer) ?? `!${describe(value)}`;
  } catch {
    // Whatever it is, it throws nothing here.
    return `!a value of type ${typeof value}`;
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
    .map((name) => /** @type {const} */ ([name, get(values, name)]))
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
  checkOptions(what, parameters, "path:any query:any body:any");
  const { path, query, body } = parameters ?? {};
  return { path: pairs(path), query: pairs(query), body: body === undefined ? undefined : json(body) };
}
