// @ts-check
// The rate limit of all pages together: where there is no room, a call is refused at once, and the page's client comes again
// when there is. Nobody waits here: who waits behind others for longer than a page does is waited for by no one; and in
// Cloudflare Workers one request cannot wake another.
import { Refusal } from "./answers.js";

/**
 * A limiter for the client. Like the client's own, it counts a slot as taken until one window after the answer: the
 * service has counted the request somewhere before.
 *
 * @param {{ requests: number, perMs: number }} limit
 * @param {number} timeoutMs no call is under way for longer, also where a host ends one without a word
 * @param {() => number} now
 */
export function windowOf({ requests, perMs }, timeoutMs, now) {
  /** @type {Set<{ free: number }>} */
  const slots = new Set();
  return {
    async acquire() {
      const time = now();
      for (const slot of slots) {
        const left = slot.free - time;
        // No slot is taken for longer: where one seems to be, the clock was set back.
        if (left <= 0 || left > timeoutMs + perMs) slots.delete(slot);
      }
      if (slots.size >= requests) throw tooMany(Math.min(perMs, ...[...slots].map(({ free }) => free - time)));
      const slot = { free: time + timeoutMs + perMs };
      slots.add(slot);
      return () => {
        slot.free = now() + perMs;
      };
    },
  };
}

/**
 * As the service says it.
 *
 * @param {number} ms
 */
export function tooMany(ms) {
  const headers = { "x-ratelimit-reset": (ms / 1000).toFixed(3), "retry-after": String(Math.ceil(ms / 1000)) };
  return new Refusal(429, "RATE_LIMITED", "too many requests with the proxy's key, wait for X-RateLimit-Reset seconds", headers);
}
