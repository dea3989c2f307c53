// @ts-check
// What says when a request may go: a rate limiter of ours, which clients may share, or one that the caller lends.
//
// A process may have several copies of this package (an import beside a require, or two versions), each with a wasm of its own.
// A limiter lives in the wasm of one; the others take it as they take a caller's own, by its `acquire`. What the copies agree
// on is here: two symbols, what stands behind them, and how a key is written. Whoever changes one of them counts it up.
import { drive } from "./bindings/driver.js";
import { get } from "./bindings/values.js";
import { Limiter, hashPassword } from "./wasm.js";
import { hidden, hide } from "./hidden.js";
import { read } from "./read.js";

/** @import { CloudClientOptions, RateLimiterLike } from "./generated/client_bg.js" */

/** On globalThis: the limiters of keys, `Map<string, WeakRef<{ acquire }>>`. */
const REGISTRY = Symbol.for("clickhouse-cloud.limiters.1");
/** In a RateLimiter: a function that gives its `{ acquire }`. */
const SHARED = Symbol.for("clickhouse-cloud.limiter.1");

/** The service's own limit. */
const LIMIT = { requests: 10, perMs: 10_000 };

/**
 * What a client stands on: a limiter of its own copy's wasm, and for one of another copy what lends it. It keeps `shared`, so
 * that others find the limiter as long as one client uses it.
 *
 * @typedef {{ limiter: Limiter, lent?: RateLimiterLike, shared?: RateLimiterLike }} Gate
 */

/** Limiters of this copy, by what it shows to others. @type {WeakMap<RateLimiterLike, Limiter>} */
const own = new WeakMap();

/**
 * A limiter of ours for other copies.
 *
 * @param {Limiter} limiter
 * @returns {RateLimiterLike}
 */
function share(limiter) {
  /** @type {RateLimiterLike} */
  const shared = {
    acquire: (signal) =>
      new Promise((resolve, reject) => {
        const use = () =>
          new Promise((/** @type {(outcome?: import("./generated/client_bg.js").RateLimitOutcome) => void} */ end) => {
            /** @param {import("./generated/client_bg.js").RateLimitOutcome} outcome */
            const slot = (outcome) => end(outcome);
            // A call that ends just now may lose it.
            lost?.register(slot, end);
            resolve(slot);
          });
        drive(limiter.hold(use), signal).catch(reject);
      }),
  };
  own.set(shared, limiter);
  return shared;
}

/**
 * What lends a limiter of this copy or of another one, as a client takes it.
 *
 * @param {RateLimiterLike} shared
 * @returns {Gate}
 */
function gate(shared) {
  const limiter = own.get(shared);
  return limiter ? { limiter, shared } : { limiter: new Limiter(0, 0, true), lent: shared };
}

/** So many requests in any window, first come first served; for clients that share a key. */
export class RateLimiter {
  /**
   * Throws a `ConfigurationError` when an option is unknown or wrong.
   *
   * @param {{ readonly requests?: number | undefined; readonly perMs?: number | undefined }} [options] by default 10 requests in 10,000 ms, the service's own limit
   */
  constructor(options) {
    const { requests, perMs } = read("new RateLimiter", options, "requests:whole:1 perMs:from:1");
    const limit = { requests: requests ?? LIMIT.requests, perMs: perMs ?? LIMIT.perMs };
    const shared = share(new Limiter(limit.requests, limit.perMs, false));
    hide(this, limit);
    Object.defineProperty(this, SHARED, /** @type {PropertyDescriptor} */ ({ __proto__: null, value: () => shared }));
  }

  /**
   * How many requests may go in a window.
   *
   * @returns {number}
   */
  get requests() {
    return hidden(this).requests;
  }

  /**
   * The window, in milliseconds.
   *
   * @returns {number}
   */
  get perMs() {
    return hidden(this).perMs;
  }
}

/**
 * Whether a value is a RateLimiter, of this copy or of another one.
 *
 * @param {any} value
 */
export const isRateLimiter = (value) => typeof value?.[SHARED] === "function";

/**
 * Nothing is shared where there are no weak references; nor in Cloudflare Workers, which end a request that waits for
 * another one: there each has a client of its own.
 */
const shares = typeof FinalizationRegistry === "function" && get(get(globalThis, "navigator"), "userAgent") !== "Cloudflare-Workers";

/** @returns {Map<string, WeakRef<RateLimiterLike>>} */
function registry() {
  /** @type {any} */
  const host = globalThis;
  if (!(host[REGISTRY] instanceof Map)) {
    Object.defineProperty(host, REGISTRY, /** @type {PropertyDescriptor} */ ({ __proto__: null, value: new Map() }));
  }
  return host[REGISTRY];
}

const gone = shares
  ? new FinalizationRegistry((/** @type {string} */ key) => void (registry().get(key)?.deref() ?? registry().delete(key)))
  : undefined;
/** Slots that nobody can end any more. */
const lost = shares ? new FinalizationRegistry((/** @type {() => void} */ end) => end()) : undefined;

/**
 * The limiter of a client.
 *
 * @param {CloudClientOptions["rateLimit"]} option
 * @param {string | undefined} sharing clients that say the same here, and have the same limit, share one
 * @returns {Gate}
 */
export function limiter(option, sharing) {
  if (option === false) return { limiter: new Limiter(0, 0, false) };
  if (isRateLimiter(option)) return gate(/** @type {any} */ (option)[SHARED]());
  if (get(option, "acquire")) return { limiter: new Limiter(0, 0, true), lent: /** @type {RateLimiterLike} */ (option) };
  const { requests, perMs } = /** @type {typeof LIMIT} */ (option ?? LIMIT);
  if (!gone || !sharing) return { limiter: new Limiter(requests, perMs, false) };
  // It names a secret: what is kept is its hash.
  const key = hashPassword(`${sharing} ${requests} ${perMs}`);
  const known = registry().get(key)?.deref();
  if (known) return gate(known);
  const shared = share(new Limiter(requests, perMs, false));
  registry().set(key, new WeakRef(shared));
  gone.register(shared, key);
  return gate(shared);
}
