// @ts-check
// Formats numbers, durations and times for display.

const moment = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", second: "2-digit" });
const clock = new Intl.DateTimeFormat("en-GB", { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });

/** @param {string | undefined} iso */
export const when = (iso) => (iso === undefined ? "unknown" : moment.format(new Date(iso)));

/** @param {number} ms since the epoch */
export const clockTime = (ms) => clock.format(new Date(ms));

/** @param {number} seconds */
export function duration(seconds) {
  const whole = Math.round(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** @param {number} count @param {string} one */
export const plural = (count, one) => `${count} ${one}${count === 1 ? "" : "s"}`;

/** @param {number | undefined} bytes */
export function size(bytes) {
  if (bytes === undefined) return "size not known yet";
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(2)} GB`;
}
