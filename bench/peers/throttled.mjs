// @ts-nocheck: its imports are there only once they are installed
// Calls by p-throttle and p-retry, as a careful user writes them: no more requests in any window than the API allows, and after a 429
// a pause until the window is over.
import { setTimeout as sleep } from "node:timers/promises";
import pRetry from "p-retry";
import pThrottle from "p-throttle";

/**
 * A function that makes a request until it succeeds.
 *
 * @param {() => Promise<Response>} request
 * @param {{ requests: number, perMs: number }} limit
 */
export function throttled(request, { requests, perMs }) {
  const once = pThrottle({ limit: requests, interval: perMs, strict: true })(request);
  const attempt = async () => {
    const response = await once();
    if (response.ok) return response.json();
    await response.arrayBuffer();
    throw Object.assign(new Error(`status ${response.status}`), {
      resetMs: 1_000 * Number(response.headers.get("x-ratelimit-reset") ?? 0),
    });
  };
  const onFailedAttempt = ({ error }) => sleep(error.resetMs ?? 0);
  return () => pRetry(attempt, { retries: 10, minTimeout: perMs / 10, factor: 2, onFailedAttempt });
}
