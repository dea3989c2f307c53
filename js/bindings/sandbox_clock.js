// The time that a sandbox goes by: the host's, which never jumps; or that of the `Date` which a test has put in its place.

/** @typedef {{ date: unknown, faked: boolean, last: number, offset: number }} Flow */

const moment = (/** @type {boolean} */ faked) => (faked ? Date.now() : performance.timeOrigin + performance.now());

/** Whether `Date` is written in JavaScript: the host's own is not. */
const isFaked = () => !/\{\s*\[native code\]\s*\}$/.test(Function.prototype.toString.call(Date));

/** @returns {Flow} */
export function begin() {
  const faked = isFaked();
  return { date: Date, faked, last: moment(faked), offset: 0 };
}

/**
 * Milliseconds since the epoch. They never run backwards, and go on where they were when `Date` becomes another one.
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
