// @ts-check
// The rate limit that all pages share. A call above the limit is refused at once with a 429, and the page's client retries it.
// The proxy queues no calls: a page may give up before its call is sent, and in Cloudflare Workers no request can wake another.
import { HttpError } from "./responses.js";

/**
 * Gives a limiter for the client. Like the client's own, it counts a permit as used until one window after the response: the
 * service has counted the request at some moment before the response.
 *
 * @param {{ requests: number, perMs: number }} limit
 * @param {number} timeoutMs the longest duration of a call; some hosts end a call without releasing its permit
 * @param {() => number} now
 */
export function rateWindow({ requests, perMs }, timeoutMs, now) {
  /** @type {Set<{ free: number }>} */
  const slots = new Set();
  return {
    async acquire() {
      const time = now();
      for (const slot of slots) {
        const left = slot.free - time;
        // A permit that seems to last longer than this shows that the clock was set back.
        if (left <= 0 || left > timeoutMs + perMs) slots.delete(slot);
      }
      if (slots.size >= requests) throw rateLimited(Math.min(perMs, ...[...slots].map(({ free }) => free - time)));
      const slot = { free: time + timeoutMs + perMs };
      slots.add(slot);
      return () => {
        slot.free = now() + perMs;
      };
    },
  };
}

/**
 * Gives the 429 of the proxy, with the headers that the API uses for its own.
 *
 * @param {number} ms
 */
export function rateLimited(ms) {
  const headers = { "x-ratelimit-reset": (ms / 1000).toFixed(3), "retry-after": String(Math.ceil(ms / 1000)) };
  return new HttpError(429, "RATE_LIMITED", "too many requests with the proxy's key, wait for X-RateLimit-Reset seconds", headers);
}
