// Time: the host's own, or a clock that the caller lends.

import { awaited, cancellable, fail } from "./driver.js";

/**
 * @typedef {object} Clock
 * @property {() => number} now
 * @property {(ms: number, signal: AbortSignal) => Promise<unknown>} sleep
 */

/** Timers take 31 bits of milliseconds. */
const LONGEST_TIMER_MS = 2_147_483_647;

/**
 * Milliseconds since the epoch. The host's are like those of `Date.now`, but never jump. What a lent clock throws ends the
 * task.
 *
 * @param {Clock | undefined} clock
 */
export function now(clock) {
  if (clock === undefined) return performance.timeOrigin + performance.now();
  try {
    return Number(clock.now()) || 0;
  } catch (error) {
    fail(error);
    return 0;
  }
}

/**
 * Lasts that many milliseconds. What a lent clock throws ends the task.
 *
 * @param {Clock | undefined} clock
 * @param {number} ms
 */
export function sleep(clock, ms) {
  return clock ? awaited(async (signal) => clock.sleep(ms, signal)) : timer(ms);
}

/**
 * The host's timer.
 *
 * @param {number} ms
 */
function timer(ms) {
  let left = Math.max(0, Math.ceil(ms));
  /** @type {ReturnType<typeof setTimeout>} */
  let running;
  /** @param {() => void} resolve */
  const start = (resolve) => {
    const part = Math.min(left, LONGEST_TIMER_MS);
    left -= part;
    running = setTimeout(() => (left > 0 ? start(resolve) : resolve()), part);
  };
  return cancellable(start, () => clearTimeout(running));
}
