// Reads the arguments of `sandbox.fetch`: a string, a URL, or a Request of any library and realm. This is JavaScript because
// each getter and method of such an object may throw, and unwinding through wasm skips destructors.

import { headersOf } from "./responses.js";
import { bytesOf, describe, dictionary, get, isPlain, withoutPrototype } from "./values.js";

/**
 * @param {any} input
 * @param {any} init
 * @returns {{ signal: unknown, request: Promise<Request> }} the request is a Request of the runtime; its promise may stay unhandled
 */
export function open(input, init) {
  /** @type {unknown} */
  let signal;
  const request = (async () => {
    // The signal stays apart: the runtime's Request takes no signal of another realm or of a polyfill.
    signal = signalOf(input, init);
    const given = isPlain(init) ? withoutPrototype({ ...init, signal: undefined }) : dictionary(init);
    return new Request(...(await opened(input, given)));
  })();
  request.catch(() => {});
  return withoutPrototype({ signal, request });
}

/**
 * @param {any} input
 * @param {any} init
 */
function signalOf(input, init) {
  const signal = get(init, "signal") === undefined ? get(input, "signal") : get(init, "signal");
  if (signal === undefined || signal === null) return undefined;
  if (typeof get(signal, "aborted") === "boolean" && typeof get(signal, "addEventListener") === "function") return signal;
  throw new TypeError("sandbox.fetch: signal must be an AbortSignal");
}

/**
 * @param {any} input
 * @param {any} init
 * @returns {Promise<[input: any, init: any]>} arguments for the runtime's Request
 */
async function opened(input, init) {
  if (typeof input === "string" || input instanceof Request) return [input, init];
  if (input instanceof String) return [String(input), init];
  const url = get(input, "url");
  if (typeof url === "string") return [url, await merged(input, init)];
  const href = get(input, "href");
  if (typeof href === "string") return [href, init];
  const received = typeof input === "object" && input !== null && !Array.isArray(input) ? "another object" : describe(input);
  throw new TypeError(`sandbox.fetch: expects an address, a URL or a Request, received ${received}`);
}

/**
 * The options that a request of another library stands for. Options in `init` override them.
 *
 * @param {any} request
 * @param {any} init
 */
async function merged(request, init) {
  const method = String(get(init, "method") ?? get(request, "method") ?? "GET");
  const headers = get(init, "headers") ?? [...headersOf(get(request, "headers"))];
  const body = get(init, "body") ?? (/^(get|head)$/i.test(method) ? undefined : await bodyOf(request));
  return withoutPrototype({ method, headers, body });
}

/** @param {any} request */
async function bodyOf(request) {
  if (get(request, "bodyUsed") === true) throw new TypeError("sandbox.fetch: the body of the request has been read already");
  if (typeof get(request, "arrayBuffer") === "function") return bytesOf(await request.arrayBuffer());
  if (typeof get(request, "text") === "function") return String(await request.text());
  const body = get(request, "body");
  return typeof body === "string" ? body : bytesOf(body);
}
