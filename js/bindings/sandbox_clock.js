// The time that a sandbox's clock is derived from: the runtime's, which never jumps, or that of a `Date` that a test has replaced.

/** @typedef {{ date: unknown, faked: boolean, last: number, offset: number }} Flow */

const moment = (/** @type {boolean} */ faked) => (faked ? Date.now() : performance.timeOrigin + performance.now());

/** Whether `Date` is written in JavaScript; the runtime's own is not. */
const isFaked = () => !/\{\s*\[native code\]\s*\}$/.test(Function.prototype.toString.call(Date));

/** @returns {Flow} */
export function begin() {
  const faked = isFaked();
  return { date: Date, faked, last: moment(faked), offset: 0 };
}

/**
 * Milliseconds since the epoch. They never decrease, and continue where they were when `Date` is replaced.
 *
 * @param {Flow} flow
 */
export function read(flow) {
  if (flow.date !== Date) {
    Object.assign(flow, { date: Date, faked: isFaked() });
    flow.offset = flow.last - moment(flow.faked);
  }
  flow.last = Math.max(flow.last, moment(flow.faked) + flow.offset);
  return flow.last;
}
