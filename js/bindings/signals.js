// Adds one listener to each signal, however many calls it may end: Node warns of a leak from the eleventh listener on. Signals are
// held weakly, and the listener is removed when the signal's calls have ended.

import { get, withoutPrototype } from "./values.js";

/** @type {WeakMap<AbortSignal, Set<() => void> & { tell(): void }>} */
const listening = new WeakMap();

/**
 * Calls a function when a signal aborts. Errors of the signal's own methods go to the caller.
 *
 * @param {AbortSignal} signal
 * @param {() => void} listener
 * @returns {() => void} removes the listener
 */
export function onAbort(signal, listener) {
  const listeners = listening.get(signal) ?? begin(signal);
  listeners.add(listener);
  return () => {
    if (!listeners.delete(listener) || listeners.size > 0) return;
    listening.delete(signal);
    signal.removeEventListener("abort", listeners.tell);
  };
}

/** The errors of aborted signals without a reason: all calls of one signal get the same. @type {WeakMap<object, Error>} */
const reasons = new WeakMap();

/**
 * The reason of an aborted signal, with which its calls reject. Signals of old polyfills have no reason; the reason is then an
 * AbortError, as fetch had it before reasons existed.
 *
 * @param {AbortSignal | undefined} signal
 * @returns {unknown}
 */
export function reasonOf(signal) {
  const reason = get(signal, "reason");
  if (reason !== undefined || signal === undefined) return reason;
  const known = reasons.get(signal) ?? abortError();
  reasons.set(signal, known);
  return known;
}

function abortError() {
  const message = "this operation was aborted";
  if (typeof DOMException === "function") return new DOMException(message, "AbortError");
  return Object.defineProperty(new Error(message), "name", withoutPrototype({ value: "AbortError", configurable: true, writable: true }));
}

/** @param {AbortSignal} signal */
function begin(signal) {
  /** @type {Set<() => void>} */
  const set = new Set();
  const listeners = Object.assign(set, { tell: () => set.forEach((listener) => listener()) });
  signal.addEventListener("abort", listeners.tell);
  listening.set(signal, listeners);
  return listeners;
}
