// Sending with `fetch`: the host's, or the caller's own, called as `fetch(url, init)`.

import { reason, text } from "./causes.js";
import { awaited } from "./driver.js";
import { isResponse, read } from "./responses.js";
import { alone, get } from "./values.js";

/** @import { Answer, Failed } from "./responses.js" */
/** @typedef {(url: string, init: RequestInit) => Promise<Response>} Fetch */

/**
 * @param {Fetch | undefined} own
 * @param {string} url
 * @param {RequestInit} init
 * @param {number} most how many bytes the answer may have
 */
export function send(own, url, init, most) {
  return awaited(async (signal, abort) => {
    const given = alone({ ...init, signal });
    // Next and others answer a GET out of a cache. A state that is waited for would never come.
    if (takesCache(own)) given.cache = "no-store";
    const met = alone(await exchange(own, url, given, most));
    // What is not read to its end would hold its connection.
    if (met.fault !== undefined) abort();
    return met;
  });
}

/**
 * @param {Fetch | undefined} own
 * @param {string} url
 * @param {RequestInit} init
 * @param {number} most
 * @returns {Promise<Answer | Failed>}
 */
async function exchange(own, url, init, most) {
  // The host's is looked up at each call: tests and tracing libraries replace it.
  const fetch = /** @type {Fetch} */ (own ?? get(globalThis, "fetch"));
  if (typeof fetch !== "function") return caller("this host has no fetch: give one with the fetch option");
  try {
    const response = await fetch(url, init);
    if (!isResponse(response)) return caller("the fetch option must resolve with a Response: what came has no status");
    return await read(response, most, init.signal);
  } catch (error) {
    return failed(error, isOfFetch(error, own) ? "connection" : "caller");
  }
}

/** Whether the host's requests have a mode of the cache. @type {boolean | undefined} */
let hasCache;

/**
 * Whether the `cache` of a request does what it should. Workers of older compatibility dates throw on it; whatwg-fetch, which React
 * Native has built in, adds a parameter to the address for it.
 *
 * @param {Fetch | undefined} own
 */
function takesCache(own) {
  if (get(own, "polyfill") === true || get(own, "ponyfill") === true) return false;
  try {
    hasCache ??= new Request("https://localhost/", alone({ cache: /** @type {const} */ ("no-store") })).cache === "no-store";
  } catch {
    hasCache = false;
  }
  return hasCache;
}

/** @param {string} message */
const caller = (message) => failed(new Error(message), "caller");

/**
 * @param {any} cause
 * @param {string} fault
 * @returns {Failed}
 */
function failed(cause, fault) {
  const inner = /** @type {object} */ (get(cause, "cause"));
  try {
    // Node's parser keeps what it could not read: a piece of the answer, which may hold a password.
    if (text(inner, "data") !== undefined) Reflect.defineProperty(inner, "data", alone({ enumerable: false }));
  } catch {
    // A proxy that does not let itself be changed is not Node's.
  }
  return { fault, message: reason(cause), cause };
}

/**
 * Whether an error says that the request failed, and is not one of the caller's own code.
 *
 * @param {unknown} error
 * @param {Fetch | undefined} own
 */
function isOfFetch(error, own) {
  // Next's own errors, by which its fetch tells the framework that a page can not be made in advance.
  if (text(error, "digest") !== undefined) return false;
  if (own === undefined) return true;
  const names = ["TypeError", "AbortError", "TimeoutError", "NetworkError", "FetchError"];
  return names.includes(text(error, "name") ?? "") || text(error, "code") !== undefined;
}
