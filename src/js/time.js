// Time: the host's own, or a clock that the caller lends.

/**
 * @typedef {object} Clock
 * @property {() => number} now
 * @property {(ms: number, signal: AbortSignal) => Promise<unknown>} sleep
 */

/** Timers take 31 bits of milliseconds. */
const LONGEST_TIMER_MS = 2_147_483_647;

/**
 * Milliseconds since the epoch. The host's are like those of `Date.now`, but never jump. Throws what a lent clock throws.
 *
 * @param {Clock | undefined} clock
 */
export function now(clock) {
  return clock === undefined ? performance.timeOrigin + performance.now() : Number(clock.now()) || 0;
}

/**
 * Resolves after that many milliseconds. The signal clears the timer. Rejects with what a lent clock throws.
 *
 * @param {Clock | undefined} clock
 * @param {number} ms
 * @param {AbortSignal} signal
 * @returns {Promise<unknown>}
 */
export async function sleep(clock, ms, signal) {
  if (clock !== undefined) return clock.sleep(ms, signal);
  return new Promise((resolve) => {
    let left = Math.max(0, Math.ceil(ms));
    /** @type {ReturnType<typeof setTimeout>} */
    let timer;
    const wait = () => {
      const part = Math.min(left, LONGEST_TIMER_MS);
      left -= part;
      timer = setTimeout(left > 0 ? wait : resolve, part);
    };
    wait();
    signal.addEventListener("abort", () => clearTimeout(timer));
  });
}

/**
 * Resolves with the reason when a signal aborts. The other signal ends the listening.
 *
 * @param {AbortSignal} signal
 * @param {AbortSignal} until
 * @returns {Promise<unknown>}
 */
export function aborted(signal, until) {
  return new Promise((resolve) => {
    const tell = () => resolve(signal.reason);
    signal.addEventListener("abort", tell);
    until.addEventListener("abort", () => signal.removeEventListener("abort", tell));
  });
}
