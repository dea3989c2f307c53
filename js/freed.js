// @ts-check
// What becomes of an object of the wasm after `free()`: its methods and getters say so, and freeing it again has no effect.
import { ConfigurationError } from "./errors.js";

/** @type {WeakSet<object>} */
const freed = new WeakSet();

/**
 * Makes a class of the wasm speak of a freed object. The prototype is changed in place, since the wasm creates objects of the class, too.
 *
 * @template {new (...given: any[]) => { free(): void }} C
 * @param {C} Class
 * @param {string} what the object, for the error
 * @returns {C}
 */
export function freeable(Class, what) {
  const { prototype } = Class;
  for (const key of Reflect.ownKeys(prototype)) {
    if (key === "constructor" || String(key).startsWith("__")) continue;
    const property = /** @type {PropertyDescriptor} */ (Reflect.getOwnPropertyDescriptor(prototype, key));
    const isEnd = key === "free" || key === Symbol.dispose;
    if (property.get !== undefined) property.get = alive(property.get, what);
    else property.value = isEnd ? once(property.value) : alive(property.value, what);
    Object.defineProperty(prototype, key, property);
  }
  return Class;
}

/**
 * @param {Function} run
 * @param {string} what
 */
function alive(run, what) {
  /** @this {object} @param {unknown[]} given */
  return function (...given) {
    if (freed.has(this)) throw new ConfigurationError(`${what} has been freed, make another one`);
    return Reflect.apply(run, this, given);
  };
}

/** @param {Function} end */
function once(end) {
  /** @this {object} */
  return function () {
    if (freed.has(this)) return;
    Reflect.apply(end, this, []);
    freed.add(this);
  };
}
