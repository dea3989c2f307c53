// What the host lends: randomness and dates; and the caller: a log, a rate limiter, hooks.

import { awaited, throwIfFailed } from "./driver.js";
import { nested } from "./stack.js";
import { get } from "./values.js";

/** @param {Uint8Array<ArrayBuffer>} buffer a view of wasm memory, which no host's function is given */
export function fillRandom(buffer) {
  const bytes = crypto.getRandomValues(new Uint8Array(buffer.length));
  buffer.set(bytes);
  // A password is made of them.
  bytes.fill(0);
}

/**
 * The moment that an HTTP date names, in milliseconds since the epoch; NaN: it is no date.
 *
 * @param {string} text
 */
export function date(text) {
  return Date.parse(text);
}

/**
 * @param {any} lent with a logger like console; without one: console
 * @param {string} level
 * @param {string} message
 */
export function log(lent, level, message) {
  try {
    // Nor is it waited for, and what it rejects with has no log to stand in.
    rejected((get(lent, "logger") ?? /** @type {any} */ (console))[level](message), () => {});
  } catch {
    // A log that throws must not cost a result.
  }
}

/**
 * What the caller's own function returned, of which nobody waits for the end: its rejection must not become an unhandled
 * one, which ends the process.
 *
 * @param {unknown} returned a promise, what is like one, or anything else
 * @param {(reason: unknown) => void} report
 */
function rejected(returned, report) {
  if ((typeof returned !== "object" || returned === null) && typeof returned !== "function") return;
  new Promise((resolve) => resolve(returned)).then(undefined, report);
}

/**
 * Calls a function of the caller's, and reports what it rejects with later on.
 *
 * @param {any} lent with the logger
 * @param {LogRedactor | undefined} redactor undefined: errors are not logged
 * @param {string} name of the function
 * @param {() => unknown} call
 */
function run(lent, redactor, name, call) {
  rejected(call(), (reason) => {
    if (redactor) log(lent, "error", `clickhouse-cloud: ${name} rejected: ${shown(redactor, reason)}`);
  });
}

/** The client's, in wasm. @typedef {{ shown(text: string): string }} LogRedactor */

/** How much of a reason goes into the wasm, which shows far less of it. */
const LONGEST_REASON = 262_144;

/**
 * A reason as the log may show it.
 *
 * @param {LogRedactor} redactor
 * @param {unknown} reason
 */
function shown(redactor, reason) {
  try {
    const text = String(reason).slice(0, LONGEST_REASON);
    return nested(() => redactor.shown(text));
  } catch {
    // Anything can be thrown, also what no text can be made of.
    return typeof reason;
  }
}

/**
 * Leave to send a request, from the caller's own rate limiter.
 *
 * @param {any} lent
 */
export function acquire(lent) {
  return awaited(async (signal) => lent.rateLimit.acquire(signal));
}

/**
 * Tells the caller's rate limiter what came, where it asked for that.
 *
 * @param {any} lent
 * @param {LogRedactor | undefined} redactor
 * @param {unknown} slot
 * @param {number | undefined} status
 * @param {number | undefined} retryAfterMs
 */
export function tell(lent, redactor, slot, status, retryAfterMs) {
  if (typeof slot === "function") run(lent, redactor, "the function that rateLimit.acquire gave", () => slot({ status, retryAfterMs }));
}

/**
 * Calls a hook. It is not waited for.
 *
 * @param {any} lent with the logger
 * @param {LogRedactor | undefined} redactor
 * @param {Function} call
 * @param {any} owner of the hook
 * @param {string} name
 * @param {object} event
 */
export function hook(lent, redactor, call, owner, name, event) {
  // Nothing is sent by a clock that throws.
  if (name === "onRequest") throwIfFailed();
  run(lent, redactor, name, () => Reflect.apply(call, owner, [event]));
}

/**
 * The response of a call, as `withResponse` gives it.
 *
 * @param {unknown} data
 * @param {number} status
 * @param {object} headers
 * @param {string | undefined} requestId
 * @param {number} attempts
 */
export function fullResponse(data, status, headers, requestId, attempts) {
  return { data, status, headers, requestId, attempts };
}
