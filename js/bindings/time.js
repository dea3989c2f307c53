// Time: the host's own, or a clock that the caller lends.

import { awaited, cancellable, fail } from "./driver.js";

/**
 * @typedef {object} Clock
 * @property {() => number} now
 * @property {(ms: number, signal: AbortSignal) => Promise<unknown>} sleep
 */

/** Timers take 31 bits of milliseconds. */
const LONGEST_TIMER_MS = 2_147_483_647;

// As it was when the package was loaded: tests that fake the date later do not end waits.
const wallClock = Date.now;
/** By how much the wall clock is ahead of `performance.now`, as far as that is not sleep. @type {number | undefined} */
let ahead;
/** How long the machine has slept since then. */
let slept = 0;

/**
 * The host's time, in milliseconds since the epoch: `performance.now`, which never jumps. On many hosts it stands still
 * while the machine sleeps; the wall clock does not, so a second or more by which it runs ahead is time that has passed.
 * A wall clock that is set back changes nothing.
 */
function hostTime() {
  const now = performance.now();
  const difference = wallClock() - now;
  ahead ??= difference;
  const jump = difference - ahead;
  if (Math.abs(jump) >= 1_000) ahead = difference;
  if (jump >= 1_000) slept += jump;
  return performance.timeOrigin + now + slept;
}

/**
 * Milliseconds since the epoch. What a lent clock throws ends the task.
 *
 * @param {Clock | undefined} clock
 */
export function now(clock) {
  if (clock === undefined) return hostTime();
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
