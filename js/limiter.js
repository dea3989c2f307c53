// @ts-check
// The rate limiter of a client: one of this package, which clients may share, or a caller's own with an `acquire` method.
//
// A process may load several copies of this package (import and require, or two versions), each with its own wasm. A limiter
// lives in the wasm of one copy; the other copies use its `acquire`. The copies agree on two symbols, on the values behind
// them and on the form of a key: a change to any of these needs a new number in the symbols.
import { drive } from "./bindings/driver.js";
import { get } from "./bindings/values.js";
import { Limiter, hashPassword } from "./wasm.js";
import { hidden, hide } from "./hidden.js";
import { read } from "./read.js";

/** @import { CloudClientOptions, RateLimiterLike } from "./generated/client_bg.js" */

/** A property of globalThis: the limiters by key, `Map<string, WeakRef<{ acquire }>>`. */
const REGISTRY = Symbol.for("clickhouse-cloud.limiters.1");
/** A property of a RateLimiter: a function that returns its `{ acquire }`. */
const SHARED = Symbol.for("clickhouse-cloud.limiter.1");

/** The API's own limit for a key. */
const LIMIT = { requests: 10, perMs: 10_000 };

/**
 * The limiter of a client: one in the wasm of this copy and, if the permits come from elsewhere, their source in `custom`. The
 * client holds `shared`, so that the registry's weak reference to the limiter stays valid while a client uses it.
 *
 * @typedef {{ limiter: Limiter, custom?: RateLimiterLike, shared?: RateLimiterLike }} Gate
 */

/** The limiters of this copy, by the object that other copies see. @type {WeakMap<RateLimiterLike, Limiter>} */
const own = new WeakMap();

/**
 * Wraps a limiter of this copy for other copies.
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
            // A call that is aborted at this moment may drop the permit without releasing it.
            lost?.register(slot, end);
            resolve(slot);
          });
        drive({ start: () => limiter.hold(use), signal }).catch(reject);
      }),
  };
  own.set(shared, limiter);
  return shared;
}

/**
 * Gives a shared limiter, of this copy or of another one, in the form that a client takes.
 *
 * @param {RateLimiterLike} shared
 * @returns {Gate}
 */
function gate(shared) {
  const limiter = own.get(shared);
  return limiter ? { limiter, shared } : { limiter: new Limiter(0, 0, true), custom: shared };
}

/** Limits the requests in any window of time, first come, first served. Clients that share a key can share one. */
export class RateLimiter {
  /**
   * Creates a limiter. Throws a `ConfigurationError` when an option is unknown or invalid.
   *
   * @param {{ readonly requests?: number | undefined; readonly perMs?: number | undefined }} [options]
   *   `perMs` is in milliseconds. The default is the API's own limit, 10 requests in 10,000 ms.
   */
  constructor(options) {
    const { requests, perMs } = read("new RateLimiter", options, "requests:whole:1 perMs:from:1");
    const limit = { requests: requests ?? LIMIT.requests, perMs: perMs ?? LIMIT.perMs };
    const limiter = new Limiter(limit.requests, limit.perMs, false);
    const shared = share(limiter);
    hide(this, { ...limit, limiter });
    Object.defineProperty(this, SHARED, /** @type {PropertyDescriptor} */ ({ __proto__: null, value: () => shared }));
  }

  /**
   * The number of requests that may be sent in one window.
   *
   * @returns {number}
   */
  get requests() {
    return hidden(this).requests;
  }

  /**
   * The length of the window, in milliseconds.
   *
   * @returns {number}
   */
  get perMs() {
    return hidden(this).perMs;
  }

  /**
   * The number of calls that wait for a permit now.
   *
   * @returns {number}
   */
  get waiting() {
    return hidden(this).limiter.waiting;
  }
}

/**
 * Whether a value is a RateLimiter, of this copy or of another one.
 *
 * @param {any} value
 */
export const isRateLimiter = (value) => typeof value?.[SHARED] === "function";

/**
 * Whether clients share limiters. They do not without weak references, nor in Cloudflare Workers: those end a request that
 * waits for another one, so each client has its own limiter there.
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
/** Releases the permits whose release function was garbage-collected. */
const lost = shares ? new FinalizationRegistry((/** @type {() => void} */ end) => end()) : undefined;

/**
 * Gives the limiter of a client.
 *
 * @param {CloudClientOptions["rateLimit"]} option
 * @param {string | undefined} sharing clients with the same value here, and the same limit, share one limiter
 * @returns {Gate}
 */
export function limiter(option, sharing) {
  if (option === false) return { limiter: new Limiter(0, 0, false) };
  if (isRateLimiter(option)) return gate(/** @type {any} */ (option)[SHARED]());
  if (get(option, "acquire")) return { limiter: new Limiter(0, 0, true), custom: /** @type {RateLimiterLike} */ (option) };
  const { requests, perMs } = /** @type {typeof LIMIT} */ (option ?? LIMIT);
  if (!gone || !sharing) return { limiter: new Limiter(requests, perMs, false) };
  // `sharing` contains a secret, so the registry holds only its hash.
  const key = hashPassword(`${sharing} ${requests} ${perMs}`);
  const known = registry().get(key)?.deref();
  if (known) return gate(known);
  const shared = share(new Limiter(requests, perMs, false));
  registry().set(key, new WeakRef(shared));
  gone.register(shared, key);
  return gate(shared);
}
