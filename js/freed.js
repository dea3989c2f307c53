// @ts-check
// What becomes of an object of the wasm after `free()`: its methods and getters say so, and freeing it again has no effect.
import { wrapMethods } from "./bindings/stack.js";
import { ConfigurationError } from "./errors.js";

/** @type {WeakSet<object>} */
const freed = new WeakSet();

/**
 * Makes a class of the wasm speak of a freed object.
 *
 * @template {new (...given: any[]) => { free(): void }} C
 * @param {C} Class
 * @param {string} what the object, for the error
 * @returns {C}
 */
export function freeable(Class, what) {
  wrapMethods(Class.prototype, (run, key) => (key === "free" || key === Symbol.dispose ? once(run) : alive(run, what)));
  return Class;
}

/**
 * @param {(...given: any[]) => any} run
 * @param {string} what
 */
function alive(run, what) {
  /** @this {object} @param {unknown[]} given */
  return function (...given) {
    if (freed.has(this)) throw new ConfigurationError(`${what} has been freed, make another one`);
    return Reflect.apply(run, this, given);
  };
}

/** @param {(...given: any[]) => any} end */
function once(end) {
  /** @this {object} */
  return function () {
    if (freed.has(this)) return;
    Reflect.apply(end, this, []);
    freed.add(this);
  };
}
