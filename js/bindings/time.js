// The time: the runtime's, or that of a clock that the caller passes. Errors of the caller's clock end the call.

import { awaited, cancellable, fail } from "./driver.js";

/**
 * @typedef {object} Clock
 * @property {() => number} now
 * @property {(ms: number, signal: AbortSignal) => Promise<unknown>} sleep
 */

/** The longest delay of a timer: 31 bits of milliseconds. */
const LONGEST_TIMER_MS = 2_147_483_647;

// Read when the package is loaded: tests that replace the date later do not end waits.
const wallClock = Date.now;
/** How far the wall clock is ahead of `performance.now`, without time asleep. @type {number | undefined} */
let ahead;
/** How long the machine has slept since the package was loaded. */
let slept = 0;

/**
 * The runtime's time, in milliseconds since the epoch. It is based on `performance.now`, which never jumps. On many systems that
 * stops while the machine sleeps and the wall clock does not, so a jump ahead of a second or more counts as elapsed time. Setting
 * the wall clock back has no effect.
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
 * Milliseconds since the epoch. An error of the caller's clock ends the call.
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
 * Settles after that many milliseconds. An error of the caller's clock ends the call.
 *
 * @param {Clock | undefined} clock
 * @param {number} ms
 */
export function sleep(clock, ms) {
  return clock ? awaited(async ({ signal }) => clock.sleep(ms, signal)) : timer(ms);
}

/**
 * The runtime's timer.
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
