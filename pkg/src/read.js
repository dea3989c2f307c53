// @ts-check
// Options objects, read and checked.
import { checkOptions } from "../dist/client_bg.js";
import { isPlain } from "../dist/values.js";

const ROOM = Array(8_192);

/** @param {unknown} [first] */
const isGiven = (first) => first !== undefined;

/**
 * Throws a RangeError where little of the stack is left: were it to end inside the wasm, nobody would tidy up what the wasm
 * was about to do, and it would be of no use any more.
 */
export function needRoom() {
  // Something hangs on it, since bundlers drop a call of which nothing comes; it is never so.
  if (isGiven(.../** @type {[]} */ (ROOM))) throw new RangeError("no room on the stack");
}

/**
 * Those that are known, checked; of a plain object only. What is null is not there. They are read here, and once: what a
 * getter throws is the caller's to hear, and the next time it may say something else.
 *
 * @template {object} T
 * @param {string} what
 * @param {T | undefined} options
 * @param {string} known
 * @returns {Partial<T>}
 */
export function read(what, options, known) {
  needRoom();
  /** @type {any} */
  const given = options ?? {};
  const names = known.split(" ").map((one) => one.split(":")[0] ?? "");
  const all = isPlain(given) ? { ...given, ...Object.fromEntries(names.map((name) => [name, given[name] ?? undefined])) } : given;
  checkOptions(what, all, known);
  return all;
}
