// @ts-check
// What `createAndWait` has created, for callers whose wait fails: its password is shown only once.
import { onAbort, reasonOf } from "./bindings/signals.js";
import { CloudError } from "./errors.js";
import { alone, get } from "./bindings/values.js";

/** @import { CreateServiceResult } from "./generated/schema.js" */

/**
 * Tells the caller, and waits for the end of that. An aborted signal ends the wait at once, with its reason.
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
    // What comes too late, a rejection too, is nobody's any more: the race has taken it.
    await Promise.race([told, aborted]);
  } finally {
    stop();
  }
}

/** What was created before errors of the caller's own. @type {WeakMap<object, CreateServiceResult>} */
const creations = new WeakMap();

/**
 * Gives an error what was created before it, as `created`: out of sight of `JSON.stringify` and of logs that show the error.
 * The reason of an aborted signal stays as it is: it is no error of this call alone.
 *
 * @param {unknown} error what the caller throws can be anything
 * @param {CreateServiceResult} created
 * @param {AbortSignal | undefined} signal
 */
export function attach(error, created, signal) {
  // The types that users see do not have it.
  if (/** @type {any} */ (CloudError).attachCreated(error, created)) return;
  if (typeof error !== "object" || error === null) return;
  if (get(signal, "aborted") === true && reasonOf(signal) === error) return;
  try {
    if (!creations.has(error)) {
      // An error that says something else by this name goes on doing so.
      if (get(error, "created") !== undefined) return;
      Object.defineProperty(error, "created", alone({ get: () => creations.get(error), configurable: true }));
    }
    creations.set(error, created);
  } catch {
    // It cannot be changed: frozen, or a proxy.
  }
}
