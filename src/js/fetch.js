// Sending with `fetch`: the host's, or the caller's own, called as `fetch(url, init)`.

import { reason, text } from "./causes.js";
import { awaited } from "./driver.js";
import { alone, get } from "./values.js";

/**
 * What came of a request: a response, its headers and its body, or what went wrong. `fault` is `connection` for what fetch
 * itself reports, `caller` for what the caller's own fetch did, and `too-long`.
 *
 * @typedef {{ response: Response, headers: string[], body: Uint8Array }} Answer
 * @typedef {Answer | { fault: string, message: string, cause: unknown }} Met
 */

/**
 * @param {((url: string, init: RequestInit) => Promise<Response>) | undefined} own
 * @param {string} url
 * @param {RequestInit} init
 * @param {number} most how many bytes the answer may have
 */
export function send(own, url, init, most) {
  return awaited((signal) => exchange(own, url, alone({ ...init, signal }), most));
}

/**
 * @param {((url: string, init: RequestInit) => Promise<Response>) | undefined} own
 * @param {string} url
 * @param {RequestInit} init
 * @param {number} most
 * @returns {Promise<Met>}
 */
async function exchange(own, url, init, most) {
  // The host's is looked up at each call: tests and tracing libraries replace it.
  const fetch = own ?? get(globalThis, "fetch");
  if (typeof fetch !== "function") return caller("this host has no fetch: give one with the fetch option");
  try {
    const response = await fetch(url, init);
    if (!isResponse(response)) return caller("the fetch option must resolve with a Response");
    const body = await read(response, most, init.signal);
    if (body === undefined) {
      return { fault: "too-long", message: `the answer is longer than maxBodyBytes, ${most} bytes`, cause: undefined };
    }
    return { ...sound(response), body };
  } catch (error) {
    return failed(error, own === undefined || isOfFetch(error) ? "connection" : "caller");
  }
}

/**
 * A response whose status can be read without a surprise, and its headers: names, in lower case, and values in turn. Here
 * is the last place where a surprise is an error and not the end of the module.
 *
 * @param {Response} response
 */
function sound(response) {
  const status = Number(response.status);
  const headers = [...new Headers([...response.headers.entries()])].filter(([name]) => name !== "set-cookie").flat();
  return { response: /** @type {any} */ ({ status }), headers };
}

/** @param {string} message */
const caller = (message) => failed(new Error(message), "caller");

/**
 * @param {any} cause
 * @param {string} fault
 * @returns {Met}
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
 * The body, read as it comes, so that one that is too long is refused before it fills the memory.
 *
 * @param {Response} response
 * @param {number} most
 * @param {AbortSignal | null} [signal] ends the reading, also where the caller's own fetch takes no notice of it
 * @returns {Promise<Uint8Array | undefined>} undefined: it is too long
 */
async function read(response, most, signal) {
  const stream = /** @type {Response["body"]} */ (get(response, "body"));
  if (Number(response.headers.get("content-length")) > most) {
    // Unread, it would hold its connection, and Node, for ever.
    stream?.cancel?.()?.catch(() => {});
    return undefined;
  }
  if (!stream) {
    // No stream here: some hosts' responses, and those of test doubles.
    const whole = get(response, "arrayBuffer") ? await response.arrayBuffer() : new TextEncoder().encode(await response.text());
    return new Uint8Array(whole);
  }
  const reader = stream.getReader();
  const cancel = () => void (async () => reader.cancel())().catch(() => {});
  if (signal?.aborted) cancel();
  signal?.addEventListener("abort", cancel);
  /** @type {Uint8Array} */
  let body = new Uint8Array();
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    // Not the value itself: it is a piece of the answer.
    if (!(value instanceof Uint8Array)) throw new TypeError("the body of the answer is not made of bytes");
    if (length + value.length > most) {
      cancel();
      return undefined;
    }
    // Most answers come in one piece, which needs no copy. More are copied: a piece of one byte may hold on to the whole buffer
    // that it was cut from.
    if (length === 0) body = value;
    else body = appended(body, length, value);
    length += value.length;
  }
  return body.subarray(0, length);
}

/**
 * @param {Uint8Array} body of which so many bytes are filled
 * @param {number} length
 * @param {Uint8Array} more
 */
function appended(body, length, more) {
  let to = body;
  if (length + more.length > body.length) {
    to = new Uint8Array(Math.max(2 * length, length + more.length));
    to.set(body.subarray(0, length));
  }
  to.set(more, length);
  return to;
}

/** @param {any} value */
function isResponse(value) {
  const status = get(value, "status");
  const headers = /** @type {any} */ (get(value, "headers"));
  return typeof status === "number" && typeof headers?.get === "function" && typeof headers.entries === "function";
}

/** @param {unknown} error */
function isOfFetch(error) {
  const names = ["TypeError", "AbortError", "TimeoutError", "NetworkError", "FetchError"];
  return names.includes(text(error, "name") ?? "") || text(error, "code") !== undefined;
}
