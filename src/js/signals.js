// One listener on each signal, however many calls it may end: Node warns of a leak from the eleventh listener on. Signals are
// held weakly, and nothing is left on one whose calls have ended.

/** @type {WeakMap<AbortSignal, Set<() => void> & { tell(): void }>} */
const listening = new WeakMap();

/**
 * Calls a function when a signal aborts. What the signal's own methods throw goes to the caller.
 *
 * @param {AbortSignal} signal
 * @param {() => void} listener
 * @returns {() => void} no longer
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

/** @param {AbortSignal} signal */
function begin(signal) {
  /** @type {Set<() => void>} */
  const set = new Set();
  const listeners = Object.assign(set, { tell: () => set.forEach((listener) => listener()) });
  signal.addEventListener("abort", listeners.tell);
  listening.set(signal, listeners);
  return listeners;
}
