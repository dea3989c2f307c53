// @ts-check
// Hidden properties of public objects, which logs, loops and `JSON.stringify` do not show. Private fields would fail behind the
// proxies of frameworks (Vue's `reactive`, MobX, valtio): a method called on a proxy finds no private fields.

/** The value is wrapped in a function: tools that list hidden properties show only its name, and frameworks do not wrap it. */
const HIDDEN = Symbol("hidden");

/**
 * Stores a value in an object's hidden property.
 *
 * @param {object} owner
 * @param {unknown} kept the value
 */
export function hide(owner, kept) {
  const property = /** @type {PropertyDescriptor} */ ({ __proto__: null, value: () => kept });
  Object.defineProperty(owner, HIDDEN, property);
}

/**
 * Gives the value of an object's hidden property, also through a proxy.
 *
 * @param {any} owner
 * @returns {any}
 */
export function hidden(owner) {
  const kept = owner?.[HIDDEN];
  if (kept === undefined) throw new TypeError("a method was called without its object: write cloud.services.list(), or bind it");
  return kept();
}
