// Sending with `fetch`: the host's, or the caller's own, called as `fetch(url, init)`.

import { awaited } from "./driver.js";

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
  return awaited((signal) => exchange(own, url, Object.assign(init, { signal }), most));
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
  const fetch = own ?? globalThis.fetch;
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
  const message = text(cause, "message") ?? "fetch failed";
  // Node says "fetch failed", and the reason only in the cause.
  const inner = /** @type {object} */ (member(cause, "cause"));
  const why = text(inner, "code") ?? text(inner, "message");
  try {
    // Node's parser keeps what it could not read: a piece of the answer, which may hold a password.
    if (text(inner, "data") !== undefined) Reflect.defineProperty(inner, "data", { enumerable: false });
  } catch {
    // A proxy that does not let itself be changed is not Node's.
  }
  return { fault, message: why === undefined ? message : `${message} (${why})`, cause };
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
  if (Number(response.headers.get("content-length")) > most) {
    // Unread, it would hold its connection, and Node, for ever.
    response.body?.cancel?.()?.catch(() => {});
    return undefined;
  }
  if (!response.body) {
    // No stream here: some hosts' responses, and those of test doubles.
    const whole = response.arrayBuffer ? await response.arrayBuffer() : new TextEncoder().encode(await response.text());
    return new Uint8Array(whole);
  }
  const reader = response.body.getReader();
  const cancel = () => void (async () => reader.cancel())().catch(() => {});
  if (signal?.aborted) cancel();
  signal?.addEventListener("abort", cancel);
  const chunks = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    // Not the value itself: it is a piece of the answer.
    if (!(value instanceof Uint8Array)) throw new TypeError("the body of the answer is not made of bytes");
    length += value.length;
    if (length > most) {
      cancel();
      return undefined;
    }
    chunks.push(value);
  }
  // Most answers come in one piece, which needs no copy.
  if (chunks.length === 1) return chunks[0];
  const body = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    body.set(chunk, at);
    at += chunk.length;
  }
  return body;
}

/** @param {any} value */
function isResponse(value) {
  const { status, headers } = value ?? {};
  return typeof status === "number" && typeof headers?.get === "function" && typeof headers.entries === "function";
}

/** @param {unknown} error */
function isOfFetch(error) {
  const names = ["TypeError", "AbortError", "TimeoutError", "NetworkError", "FetchError"];
  return names.includes(text(error, "name") ?? "") || text(error, "code") !== undefined;
}

/**
 * @param {any} value
 * @param {string} name
 * @returns {string | undefined}
 */
function text(value, name) {
  const found = member(value, name);
  return typeof found === "string" ? found : undefined;
}

/**
 * A property; undefined where its getter throws: what is thrown can be anything.
 *
 * @param {any} value
 * @param {string} name
 * @returns {unknown}
 */
function member(value, name) {
  try {
    return value?.[name];
  } catch {
    return undefined;
  }
}
