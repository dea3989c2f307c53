// @ts-check
// What objects of this package keep out of sight. Private fields would do it, but for the proxies that frameworks put around
// objects (Vue's `reactive`, MobX, valtio): a method that is called on a proxy finds no private field there.

/** A function's name and nothing else is shown of it where hidden properties are, and no framework wraps a function. */
const HIDDEN = Symbol("hidden");

/**
 * Keeps something in an object: out of sight of `JSON.stringify`, of loops, and of logs.
 *
 * @param {object} owner
 * @param {unknown} kept
 */
export function hide(owner, kept) {
  const property = /** @type {PropertyDescriptor} */ ({ __proto__: null, value: () => kept });
  Object.defineProperty(owner, HIDDEN, property);
}

/**
 * What is kept in an object, or in the one behind a proxy.
 *
 * @param {any} owner
 * @returns {any}
 */
export function hidden(owner) {
  const kept = owner?.[HIDDEN];
  if (kept === undefined) throw new TypeError("a method was called without its object: write cloud.services.list(), or bind it");
  return kept();
}
