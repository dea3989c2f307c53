// Sends requests with `fetch`: the runtime's, or the caller's own, called as `fetch(url, init)`. The result is a value, never an
// exception, except for errors of the caller's own code.

import { ConfigurationError } from "../errors.js";
import { reason, text } from "./causes.js";
import { awaited } from "./driver.js";
import { failure, read, statusOf } from "./responses.js";
import { get, has, headersOfLines, isObject, withoutPrototype } from "./values.js";

/** @import { Outcome } from "./responses.js" */
/** @typedef {(url: string, init: RequestInit) => Promise<Response>} Fetch */

/**
 * @param {{ readonly fetch?: Fetch }} host the caller's functions and objects
 * @param {string} method
 * @param {string} url
 * @param {string} headers as lines
 * @param {string | undefined} body
 * @param {number} most the most bytes that the body of the response may have
 */
export function send(host, method, url, headers, body, most) {
  return awaited(async (cancellation) => {
    const own = host.fetch;
    // The runtime's fetch is looked up at each call: tests and tracing libraries replace it.
    const fetch = /** @type {Fetch} */ (own ?? get(globalThis, "fetch"));
    if (typeof fetch !== "function") {
      return failed(new ConfigurationError("this host has no fetch: give one with the fetch option"), "caller");
    }
    const init = /** @type {RequestInit} */ ({
      // The runtime would look up missing options in a polluted Object.prototype.
      __proto__: null,
      method,
      // Plain headers, which a wrapper of fetch can spread.
      headers: headersOfLines(headers),
      // The API has no redirects, and credentials must not follow one.
      redirect: "manual",
      get signal() {
        return cancellation.signal;
      },
    });
    if (body !== undefined) init.body = body;
    // Next and other frameworks serve a GET from a cache. A wait would never see a new state.
    if (takesCache(own)) init.cache = "no-store";
    /** @type {Outcome} */
    let outcome;
    try {
      const response = await fetch(url, init);
      const status = statusOf(response);
      if (status === undefined)
        outcome = failure("no-response", `the fetch option must resolve with a Response, not with ${kindOf(response)}`);
      else if (get(response, "type") === "error") outcome = failed(new TypeError("fetch resolved with a network error"), "connection");
      else outcome = await read(response, status, most, cancellation);
    } catch (error) {
      outcome = failed(error, isOfFetch(error, own) ? "connection" : "caller");
    }
    // A body that is not read to its end would hold its connection.
    if (outcome.fault !== undefined) cancellation.cancel();
    return outcome;
  });
}

/**
 * Whether a request may set `cache`. Workers with an older compatibility date throw on it; whatwg-fetch, which React Native
 * includes, adds a parameter to the URL for it. The Request of neither has the property.
 *
 * @param {Fetch | undefined} own
 */
function takesCache(own) {
  if (get(own, "polyfill") === true || get(own, "ponyfill") === true) return false;
  return has(get(get(globalThis, "Request"), "prototype"), "cache");
}

/** What a value is, for a message. @param {unknown} value */
const kindOf = (value) => (isObject(value) ? "an object without a status" : value === null ? "null" : typeof value);

/**
 * @param {any} cause
 * @param {"connection" | "caller"} kind
 */
function failed(cause, kind) {
  const inner = /** @type {object} */ (get(cause, "cause"));
  try {
    // Node's parser stores the bytes that it could not read: a part of the response, which may hold a password.
    if (text(inner, "data") !== undefined) Reflect.defineProperty(inner, "data", withoutPrototype({ enumerable: false }));
  } catch {
    // A proxy that refuses the change is not Node's error.
  }
  return failure(kind, reason(cause), { cause });
}

/**
 * Whether an error is a failure of the request, and not an error of the caller's own code.
 *
 * @param {unknown} error
 * @param {Fetch | undefined} own
 */
function isOfFetch(error, own) {
  // With its own errors, Next's fetch tells the framework that a page cannot be rendered in advance.
  if (text(error, "digest") !== undefined) return false;
  if (own === undefined) return true;
  const names = ["TypeError", "AbortError", "TimeoutError", "NetworkError", "FetchError"];
  return names.includes(text(error, "name") ?? "") || text(error, "code") !== undefined;
}
