// @ts-check
// Hands over the service that `createAndWait` created, and the key that `keys.rotate` created, even if the helper fails later: their
// secrets are returned only once. Logs and `JSON.stringify` do not show them.
import { onAbort, reasonOf } from "./bindings/signals.js";
import { CloudError } from "./errors.js";
import { get, withoutPrototype } from "./bindings/values.js";

/**
 * Calls `onCreated` and awaits its result. An aborted signal ends the wait at once, with the signal's reason.
 *
 * @template T
 * @param {((created: T) => unknown) | undefined} onCreated
 * @param {T} created
 * @param {AbortSignal | undefined} signal
 */
export async function tell(onCreated, created, signal) {
  if (onCreated === undefined) return;
  const told = onCreated(created);
  if (signal === undefined) return void (await told);
  let stop = () => {};
  /** @type {Promise<never>} */
  const aborted = new Promise((_, reject) => {
    const abort = () => reject(reasonOf(signal));
    stop = onAbort(signal, abort);
    if (get(signal, "aborted") === true) abort();
  });
  try {
    // The race also handles a rejection that comes after the abort.
    await Promise.race([told, aborted]);
  } finally {
    stop();
  }
}

/** What was created, by an error that the caller's code threw. @type {Record<"created" | "createdKey", WeakMap<object, unknown>>} */
const creations = { created: new WeakMap(), createdKey: new WeakMap() };

/**
 * Adds what was created to an error as `created` or `createdKey`, not enumerable, so that `JSON.stringify` and logs do not show it. The
 * reason of an aborted signal is not changed: other calls may share it.
 *
 * @param {unknown} error any value: callers can throw anything
 * @param {"created" | "createdKey"} name
 * @param {unknown} created
 * @param {AbortSignal | undefined} signal
 */
export function attach(error, name, created, signal) {
  // attachCreated is not in the public types.
  if (/** @type {any} */ (CloudError).attachCreated(error, name, created)) return;
  if (typeof error !== "object" || error === null) return;
  if (get(signal, "aborted") === true && reasonOf(signal) === error) return;
  try {
    const known = creations[name];
    if (!known.has(error)) {
      // A property of this name that the caller's error already has is not replaced.
      if (get(error, name) !== undefined) return;
      Object.defineProperty(error, name, withoutPrototype({ get: () => known.get(error), configurable: true }));
    }
    known.set(error, created);
  } catch {
    // The error cannot be changed: it is frozen, or a Proxy.
  }
}
