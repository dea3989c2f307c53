// What the host lends: randomness and dates; and the caller: a log, a rate limiter, hooks.

import { awaited, throwIfFailed } from "./driver.js";
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
 * @param {boolean} logs whether errors are logged
 * @param {string} name of the function
 * @param {() => unknown} call
 */
function run(lent, logs, name, call) {
  rejected(call(), (reason) => {
    if (logs) log(lent, "error", `clickhouse-cloud: ${name} rejected: ${inWords(reason)}`);
  });
}

/** How much of a reason is logged. */
const LONGEST_REASON = 2_000;

/**
 * A reason in one line, in which nothing forges another one.
 *
 * @param {unknown} reason
 */
function inWords(reason) {
  try {
    const text = String(reason).slice(0, LONGEST_REASON);
    return text.replace(/[\p{Cc}\u2028\u2029]/gu, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`);
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
 * @param {boolean} logs
 * @param {unknown} slot
 * @param {number | undefined} status
 * @param {number | undefined} retryAfterMs
 */
export function tell(lent, logs, slot, status, retryAfterMs) {
  if (typeof slot === "function") run(lent, logs, "the function that rateLimit.acquire gave", () => slot({ status, retryAfterMs }));
}

/**
 * Calls a hook. It is not waited for.
 *
 * @param {any} lent with the logger
 * @param {boolean} logs whether errors are logged
 * @param {Function} call
 * @param {any} owner of the hook
 * @param {string} name
 * @param {object} event
 */
export function hook(lent, logs, call, owner, name, event) {
  // Nothing is sent by a clock that throws.
  if (name === "onRequest") throwIfFailed();
  run(lent, logs, name, () => Reflect.apply(call, owner, [event]));
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
