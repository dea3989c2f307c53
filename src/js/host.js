// What the host lends: randomness and dates; and the caller: a log, a rate limiter, hooks.

import { awaited, throwIfFailed } from "./driver.js";

/** @param {Uint8Array<ArrayBuffer>} buffer */
export function fillRandom(buffer) {
  crypto.getRandomValues(buffer);
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
    (lent.logger ?? console)[level](message);
  } catch {
    // A log that throws must not cost a result.
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
 * @param {unknown} slot
 * @param {number | undefined} status
 * @param {number | undefined} retryAfterMs
 */
export function tell(slot, status, retryAfterMs) {
  if (typeof slot === "function") slot({ status, retryAfterMs });
}

/**
 * @param {any} lent
 * @param {string} name
 * @param {object} event
 */
export function hook(lent, name, event) {
  // Nothing is sent by a clock that throws.
  if (name === "onRequest") throwIfFailed();
  lent[name](event);
}
