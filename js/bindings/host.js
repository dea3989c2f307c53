// Functions of the runtime (randomness, dates) and of the caller (logger, rate limiter, hooks), called for Rust. The caller's
// exceptions and rejections are handled here and never unwind through wasm.

import { awaited, throwIfFailed } from "./driver.js";
import { nested } from "./stack.js";
import { get, headersOfLines } from "./values.js";

/** @param {Uint8Array<ArrayBuffer>} buffer a view of wasm memory, which must not be passed to functions of the runtime */
export function fillRandom(buffer) {
  const bytes = crypto.getRandomValues(new Uint8Array(buffer.length));
  buffer.set(bytes);
  // Passwords are made from these bytes.
  bytes.fill(0);
}

/**
 * The time of an HTTP date, in milliseconds since the epoch; NaN: the text is no date.
 *
 * @param {string} text
 */
export function date(text) {
  return Date.parse(text);
}

/**
 * @param {any} host the caller's functions and objects, with a logger like console; without one: console
 * @param {string} level
 * @param {string} message
 */
export function log(host, level, message) {
  try {
    // It is not awaited, and there is no log for its rejection.
    rejected((get(host, "logger") ?? /** @type {any} */ (console))[level](message), () => {});
  } catch {
    // A logger that throws must not lose a result.
  }
}

/**
 * Handles the return value of a caller's function that is not awaited. Its rejection must not become an unhandled one, which
 * ends the process.
 *
 * @param {unknown} returned a promise, a thenable, or any other value
 * @param {(reason: unknown) => void} report
 */
function rejected(returned, report) {
  if ((typeof returned !== "object" || returned === null) && typeof returned !== "function") return;
  new Promise((resolve) => resolve(returned)).then(undefined, report);
}

/**
 * Calls a function of the caller, and logs its rejection.
 *
 * @param {any} host the caller's functions and objects, with the logger
 * @param {LogRedactor | undefined} redactor undefined: errors are not logged
 * @param {string} name of the function
 * @param {() => unknown} call
 */
function run(host, redactor, name, call) {
  rejected(call(), (reason) => {
    if (redactor) log(host, "error", `clickhouse-cloud: ${name} rejected: ${shown(redactor, reason)}`);
  });
}

/** The client's, in wasm. @typedef {{ shown(text: string): string }} LogRedactor */

/** How many characters of a reason are passed to wasm, which shows far fewer. */
const LONGEST_REASON = 262_144;

/**
 * A reason in the form that the log may show.
 *
 * @param {LogRedactor} redactor
 * @param {unknown} reason
 */
function shown(redactor, reason) {
  try {
    const text = String(reason).slice(0, LONGEST_REASON);
    return nested(() => redactor.shown(text));
  } catch {
    // Any value can be thrown, including one that cannot be converted to a string.
    return typeof reason;
  }
}

/**
 * Acquires a permit from the caller's custom rate limiter.
 *
 * @param {any} host the caller's functions and objects
 */
export function acquire(host) {
  return awaited(async ({ signal }) => host.rateLimit.acquire(signal));
}

/**
 * Reports the outcome of a request to the caller's rate limiter, if it has returned a function.
 *
 * @param {any} host the caller's functions and objects
 * @param {LogRedactor | undefined} redactor
 * @param {unknown} slot
 * @param {number | undefined} status
 * @param {number | undefined} retryAfterMs
 */
export function tell(host, redactor, slot, status, retryAfterMs) {
  if (typeof slot === "function") run(host, redactor, "the function that rateLimit.acquire gave", () => slot({ status, retryAfterMs }));
}

/**
 * Calls a hook without awaiting it.
 *
 * @param {any} host the caller's functions and objects, with the logger
 * @param {LogRedactor | undefined} redactor
 * @param {Function} call
 * @param {any} owner of the hook
 * @param {string} name
 * @param {object} event
 */
export function hook(host, redactor, call, owner, name, event) {
  // After an error of the caller's clock nothing more is sent.
  if (name === "onRequest") throwIfFailed();
  run(host, redactor, name, () => Reflect.apply(call, owner, [event]));
}

/**
 * The response of a call, as `withResponse` returns it.
 *
 * @param {unknown} data
 * @param {number} status
 * @param {string} headers as lines
 * @param {string | undefined} requestId
 * @param {number} attempts
 */
export function fullResponse(data, status, headers, requestId, attempts) {
  return { data, status, headers: headersOfLines(headers), requestId, attempts };
}
