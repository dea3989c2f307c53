// @ts-check
// What says when a request may go: a rate limiter of ours, which clients may share, or one that the caller lends.
import { get } from "../dist/values.js";
import { Limiter, hashPassword } from "./entries.js";
import { read } from "./read.js";

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
    const { requests, perMs } = read("new RateLimiter", options, "requests:whole:1 perMs:from:1");
    this.#options = { requests: requests ?? LIMIT.requests, perMs: perMs ?? LIMIT.perMs };
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
 * Nothing is shared where there are no weak references; nor in Cloudflare Workers, which end a request that waits for
 * another one: there each has a client of its own.
 */
const gone =
  typeof FinalizationRegistry === "function" &&
  get(get(globalThis, "navigator"), "userAgent") !== "Cloudflare-Workers" &&
  new FinalizationRegistry((/** @type {string} */ key) => void (shared.get(key)?.deref() ?? shared.delete(key)));

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
  if (get(option, "acquire")) return new Limiter(0, 0, true);
  const { requests, perMs } = /** @type {typeof LIMIT} */ (option ?? LIMIT);
  // It names a secret: what is kept is its hash.
  const key = gone && sharing && hashPassword(`${sharing} ${requests} ${perMs}`);
  const known = key && shared.get(key)?.deref();
  if (known) return known;
  const one = new Limiter(requests, perMs, false);
  if (gone && key) {
    shared.set(key, new WeakRef(one));
    gone.register(one, key);
  }
  return one;
}
