// @ts-check
// Reads and checks options objects. Each option is read once: a getter may throw, or return another value the next time.
// The wasm has the error texts.
import { fault } from "./bindings/options.js";
import { isPlain, withoutPrototype } from "./bindings/values.js";
import { refuseOptions } from "./wasm.js";

/** The result for missing options. It has no prototype, since `Object.prototype` may be polluted. @type {any} */
const NONE = Object.freeze(withoutPrototype({}));

/**
 * Gives a copy of the own properties of a plain object, without a prototype, after checking them. A null counts as undefined.
 * Errors of the caller's getters are rethrown; anything else that is wrong is a `ConfigurationError`.
 *
 * @template {object} T
 * @param {string} what the call, for the error
 * @param {T | undefined} options
 * @param {string} known the specifications of all options, `name:kind` each, separated by spaces
 * @returns {Partial<T>}
 */
export function read(what, options, known) {
  /** @type {any} */
  const given = options ?? undefined;
  if (given === undefined) return NONE;
  if (!isPlain(given)) refuse(what, fault(given, known));
  /** @type {any} */
  const all = withoutPrototype(given);
  for (const name of Object.keys(all)) all[name] ??= undefined;
  refuse(what, fault(all, known));
  return all;
}

/**
 * Throws the `ConfigurationError` for a fault, if one was found. The wasm writes its message.
 *
 * @param {string} what
 * @param {string[] | undefined} found
 */
function refuse(what, found) {
  if (found !== undefined) refuseOptions(what, found);
}
