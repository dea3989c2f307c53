// @ts-check
// Options objects, read and checked.
import { fault } from "./bindings/options.js";
import { alone, isPlain } from "./bindings/values.js";
import { refuseOptions } from "./wasm.js";

/** What is read where there are no options: nothing, not even of a polluted `Object.prototype`. @type {any} */
const NONE = Object.freeze(alone({}));

/**
 * Those that are known, checked; of a plain object only, its own, and without a prototype. What is null is not there. They
 * are read here, and once: what a getter throws is the caller's to hear, and the next time it may say something else.
 *
 * @template {object} T
 * @param {string} what
 * @param {T | undefined} options
 * @param {string} known
 * @returns {Partial<T>}
 */
export function read(what, options, known) {
  /** @type {any} */
  const given = options ?? undefined;
  if (given === undefined) return NONE;
  if (!isPlain(given)) refuse(what, fault(given, known));
  /** @type {any} */
  const all = alone(given);
  for (const name of Object.keys(all)) all[name] ??= undefined;
  refuse(what, fault(all, known));
  return all;
}

/**
 * Throws what is wrong, if anything is. The wasm has the words.
 *
 * @param {string} what
 * @param {string[] | undefined} found
 */
function refuse(what, found) {
  if (found !== undefined) refuseOptions(what, found);
}
