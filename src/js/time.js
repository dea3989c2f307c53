// Time: the host's own, or a clock that the caller lends.

import { fail, wait } from "./tasks.js";

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
  return wait(async (signal) => (clock ? clock.sleep(ms, signal) : timer(ms, signal)));
}

/**
 * Resolves after that many milliseconds. The signal clears the timer.
 *
 * @param {number} ms
 * @param {AbortSignal} signal
 */
function timer(ms, signal) {
  return new Promise((resolve) => {
    let left = Math.max(0, Math.ceil(ms));
    /** @type {ReturnType<typeof setTimeout>} */
    let running;
    const next = () => {
      const part = Math.min(left, LONGEST_TIMER_MS);
      left -= part;
      running = setTimeout(left > 0 ? next : resolve, part);
    };
    next();
    signal.addEventListener("abort", () => clearTimeout(running));
  });
}
