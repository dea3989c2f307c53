// @ts-check
// What says when a request may go: a rate limiter of ours, which clients may share, or one that the caller lends.
import { Limiter, checkOptions, hashPassword } from "../dist/client_bg.js";

/** @import { CloudClientOptions } from "../dist/client_bg.js" */

/** The service's own limit. */
const LIMIT = { requests: 10, perMs: 10_000 };

/** So many requests in any window, first come first served; for clients that share a key. */
export class RateLimiter {
  /** @type {Limiter} */
  #limiter;
  /** @type {{ requests: number, perMs: number }} */
  #options;

  /**
   * Throws a `ConfigurationError` when an option is unknown or wrong.
   *
   * @param {{ readonly requests?: number | undefined; readonly perMs?: number | undefined }} [options] by default 10 requests in 10,000 ms, the service's own limit
   */
  constructor(options) {
    checkOptions("new RateLimiter", options, "requests:whole:1 perMs:from:1");
    this.#options = { requests: options?.requests ?? LIMIT.requests, perMs: options?.perMs ?? LIMIT.perMs };
    this.#limiter = limiter(this.#options, undefined);
  }

  /** How many requests may go in a window. */
  get requests() {
    return this.#options.requests;
  }

  /** The window, in milliseconds. */
  get perMs() {
    return this.#options.perMs;
  }

  /**
   * @param {RateLimiter} one
   * @returns {Limiter}
   * @internal
   */
  static inner(one) {
    return one.#limiter;
  }
}

/** @type {Map<string, WeakRef<Limiter>>} */
const shared = new Map();

/**
 * The limiter of a client.
 *
 * @param {CloudClientOptions["rateLimit"]} option
 * @param {string | undefined} sharing clients that say the same here, and have the same limit, share one
 * @returns {Limiter}
 */
export function limiter(option, sharing) {
  if (option === false) return new Limiter(0, 0, false);
  if (option instanceof RateLimiter) return RateLimiter.inner(option);
  const { requests, perMs, acquire } = /** @type {any} */ (option ?? LIMIT);
  if (acquire) return new Limiter(0, 0, true);
  if (sharing === undefined) return new Limiter(requests, perMs, false);
  for (const [key, one] of shared) if (one.deref() === undefined) shared.delete(key);
  // It names a secret: what is kept is its hash.
  const key = hashPassword(`${sharing} ${requests} ${perMs}`);
  const one = shared.get(key)?.deref() ?? new Limiter(requests, perMs, false);
  shared.set(key, new WeakRef(one));
  return one;
}
