// @ts-check
// Shared by the tests of the JavaScript interface: a client with a scripted fetch, and responses.
import { CloudClient } from "clickhouse-cloud";

export const ID = "3f6c1d1e-8a52-4b6f-9d0c-5a1b2c3d4e5f";
export const SECRET = "PLANTED-s3cret";
export const service = { id: ID, name: "events", state: "running" };
export const keys = { keyId: "key", keySecret: SECRET, organizationId: ID, dangerouslyAllowBrowser: true };

/**
 * @param {unknown} body
 * @param {ResponseInit} [init]
 */
export const json = (body, init) => new Response(JSON.stringify(body), init);
/** @param {unknown} result */
export const success = (result) => json({ status: 200, requestId: "r-1", result });

/**
 * A client whose fetch answers by the script: a response, a function that makes one, or an error that it throws. The
 * last entry serves for all that follow.
 *
 * @param {any[]} script
 * @param {Record<string, unknown>} [options]
 */
export function scripted(script, options = {}) {
  /** @type {{ url: string, init: any, args: unknown[] }[]} */
  const calls = [];
  /** @type {any} */
  const fetch = async (/** @type {any[]} */ ...args) => {
    const next = script[Math.min(calls.length, script.length - 1)];
    calls.push({ url: args[0], init: args[1], args });
    const made = typeof next === "function" ? await next(...args) : next;
    if (made instanceof Error) throw made;
    // One that stands in the script itself may serve again.
    return made instanceof Response && made === next ? made.clone() : made;
  };
  const cloud = new CloudClient(/** @type {any} */ ({ ...keys, rateLimit: false, retryBudgetMs: 0, logLevel: "off", fetch, ...options }));
  return { cloud, calls };
}

/**
 * The reason that a promise rejects with.
 *
 * @param {PromiseLike<unknown>} promise
 * @returns {Promise<any>}
 */
export async function rejection(promise) {
  let value;
  try {
    value = await promise;
  } catch (error) {
    return error;
  }
  throw new Error(`resolved with ${JSON.stringify(value)}`);
}

/**
 * The error that a function throws.
 *
 * @param {() => unknown} run
 * @returns {any}
 */
export function thrown(run) {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error("threw nothing");
}

/** @param {number} ms */
export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Ends a test that would hang.
 *
 * @template T
 * @param {PromiseLike<T>} promise
 * @param {number} [ms]
 * @returns {Promise<T>}
 */
export function within(promise, ms = 2_000) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`nothing came within ${ms} ms`)), ms);
    promise.then(resolve, reject);
    void Promise.resolve(promise).then(
      () => clearTimeout(timer),
      () => clearTimeout(timer),
    );
  });
}

/** A fetch that hangs until its signal aborts, as fetch does. */
export const hanging = (/** @type {string} */ _url, /** @type {any} */ { signal }) =>
  new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
