// @ts-check
// Hands over the service that `createAndWait` created, even if the wait fails: its password is returned only once. Logs and
// `JSON.stringify` do not show it.
import { onAbort, reasonOf } from "./bindings/signals.js";
import { CloudError } from "./errors.js";
import { alone, get } from "./bindings/values.js";

/** @import { CreateServiceResult } from "./generated/schema.js" */

/**
 * Calls `onCreated` and awaits its result. An aborted signal ends the wait at once, with the signal's reason.
 *
 * @param {((created: CreateServiceResult) => unknown) | undefined} onCreated
 * @param {CreateServiceResult} created
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

/** The created services, by an error that the caller's code threw. @type {WeakMap<object, CreateServiceResult>} */
const creations = new WeakMap();

/**
 * Adds the created service to an error as `created`, not enumerable, so that `JSON.stringify` and logs do not show it. The
 * reason of an aborted signal is not changed: other calls may share it.
 *
 * @param {unknown} error any value: callers can throw anything
 * @param {CreateServiceResult} created
 * @param {AbortSignal | undefined} signal
 */
export function attach(error, created, signal) {
  // attachCreated is not in the public types.
  if (/** @type {any} */ (CloudError).attachCreated(error, created)) return;
  if (typeof error !== "object" || error === null) return;
  if (get(signal, "aborted") === true && reasonOf(signal) === error) return;
  try {
    if (!creations.has(error)) {
      // A property of this name that the caller's error already has is not replaced.
      if (get(error, "created") !== undefined) return;
      Object.defineProperty(error, "created", alone({ get: () => creations.get(error), configurable: true }));
    }
    creations.set(error, created);
  } catch {
    // The error cannot be changed: it is frozen, or a Proxy.
  }
}
