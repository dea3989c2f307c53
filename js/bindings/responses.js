// Reads responses: the runtime's, those of other libraries and realms, and test doubles that have only some members of a Response.
// This is JavaScript because each getter and method of such an object may throw, and unwinding through wasm skips destructors.

import { bytesOf, FIELD_NAME, get, unpolluted } from "./values.js";

/** @import { Cancellation } from "./driver.js" */

/**
 * The outcome of a request, as Rust reads it (src/bindings/fetch.rs): a response `{ status, headers, body }`, or with `fault` a
 * failure. `connection` is a failure that fetch itself reports, `caller` an error of the caller's own fetch, `unreadable` a response
 * whose body cannot be read but whose `status` and `headers` are known, `too-long` a response with a longer body than allowed, and
 * `no-response` a value of the caller's own fetch that is no response.
 * `headers` are lines, `name: value` each, names in lower case. Every property is set: `Object.prototype` may be polluted.
 *
 * @typedef {object} Outcome
 * @property {number} status
 * @property {string} headers
 * @property {Uint8Array} body
 * @property {"connection" | "caller" | "unreadable" | "too-long" | "no-response" | undefined} fault
 * @property {string} message
 * @property {unknown} cause
 */

const NO_BYTES = new Uint8Array();

/**
 * The outcome of a request without a response that can be read.
 *
 * @param {NonNullable<Outcome["fault"]>} fault
 * @param {string} message
 * @param {Partial<Outcome>} [more]
 * @returns {Outcome}
 */
export const failure = (fault, message, more) => ({ status: 0, headers: "", body: NO_BYTES, fault, message, cause: undefined, ...more });

/** A response that came and cannot be read. */
class Unreadable extends TypeError {}

/** The headers that the client reads, for Headers objects that can only be asked by name. */
const READ = ["content-length", "content-type", "date", "retry-after", "x-ratelimit-reset"];

/**
 * The status, as all responses have one; undefined: the value is no response.
 *
 * @param {unknown} value
 */
export function statusOf(value) {
  const status = /** @type {number} */ (get(value, "status"));
  return Number.isInteger(status) && status >= 0 && status <= 999 ? status : undefined;
}

/**
 * @param {unknown} response
 * @param {number} status
 * @param {number} most the most bytes that the body may have
 * @param {Cancellation} cancellation ends the reading, even if the caller's own fetch ignores its signal
 * @returns {Promise<Outcome>} rejects with the error of the body
 */
export async function read(response, status, most, cancellation) {
  let headers = "";
  try {
    const found = headersOf(get(response, "headers"));
    headers = lines(found);
    const body = await bodyOf(response, { status, length: Number(found.get("content-length")), most, cancellation });
    if (body !== undefined) return { status, headers, body, fault: undefined, message: "", cause: undefined };
    return failure("too-long", `the response is longer than maxBodyBytes, ${most} bytes`);
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    return failure("unreadable", error.message, { status, headers });
  }
}

/** @param {Map<string, string>} headers whose values hold no line break */
function lines(headers) {
  let lines = "";
  for (const [name, value] of headers) lines += lines === "" ? `${name}: ${value}` : `\n${name}: ${value}`;
  return lines;
}

/**
 * A Headers object, a Map, a list of pairs, a plain object, or nothing, as names in lower case with their values.
 *
 * @param {unknown} given
 */
export function headersOf(given) {
  /** @type {Map<string, string>} */
  const headers = new Map();
  if (given === undefined || given === null) return headers;
  try {
    for (const [name, value] of pairsOf(given)) add(headers, name, value);
    return headers;
  } catch (error) {
    if (error instanceof Unreadable) throw error;
    throw new Unreadable("headers that can not be read: neither a Headers object nor a plain one");
  }
}

/**
 * @param {any} headers
 * @returns {Iterable<[unknown, unknown]>}
 */
function pairsOf(headers) {
  if (typeof headers !== "object" && typeof headers !== "function") throw new TypeError("no headers");
  if (Array.isArray(headers)) return headers;
  if (typeof get(headers, "entries") === "function") return headers.entries();
  if (typeof get(headers, Symbol.iterator) === "function") return headers;
  if (typeof get(headers, "forEach") === "function") {
    /** @type {[unknown, unknown][]} */
    const pairs = [];
    headers.forEach((/** @type {unknown} */ value, /** @type {unknown} */ name) => pairs.push([name, value]));
    return pairs;
  }
  if (typeof get(headers, "get") === "function") return READ.map((name) => [name, headers.get(name)]);
  // Other inherited members of a test double are no headers.
  return Object.entries(headers).filter(([, value]) => typeof value !== "function");
}

/**
 * @param {Map<string, string>} headers
 * @param {unknown} name
 * @param {unknown} value a list of values in Node's own form
 */
function add(headers, name, value) {
  if (value === undefined || value === null) return;
  const key = String(name).toLowerCase();
  const text = (Array.isArray(value) ? value.join(", ") : String(value)).trim();
  // In HTTP/2, the status and others are among the headers.
  if (key === "set-cookie" || key.startsWith(":")) return;
  if (!FIELD_NAME.test(key) || /[\0\r\n]/.test(text)) throw new Unreadable("headers that none can be");
  const before = headers.get(key);
  headers.set(key, before === undefined ? text : `${before}, ${text}`);
}

/**
 * Reads the body as it arrives, so that a body that is too long is refused before it fills the memory.
 *
 * @param {any} response
 * @param {{ status: number, length: number, most: number, cancellation: Cancellation }} given
 * @returns {Promise<Uint8Array | undefined> | undefined} undefined: it is too long
 */
function bodyOf(response, { status, length, most, cancellation }) {
  if (get(response, "bodyUsed") === true) {
    throw new Unreadable("a body that has been read already: fetch must bring a new response each time");
  }
  const body = /** @type {any} */ (get(response, "body"));
  if (length > most) {
    // An unread body would hold its connection, and keep Node from exiting.
    ended(() => (typeof body.cancel === "function" ? body.cancel() : body.destroy()));
    return undefined;
  }
  if (typeof get(body, "getReader") === "function") return gathered(ofReader(body), most, cancellation);
  if (typeof get(body, Symbol.asyncIterator) === "function") return gathered(ofIterable(body), most, cancellation);
  return wholeOf(response, status, most);
}

/**
 * Reads the body of a response without a stream.
 *
 * @param {any} response
 * @param {number} status
 * @param {number} most
 * @returns {Promise<Uint8Array | undefined>} undefined: it is too long
 */
async function wholeOf(response, status, most) {
  const body = get(response, "body");
  const whole = (await ofMethods(response)) ?? (typeof body === "string" ? encoded(body) : bytesOf(body));
  if (whole) return whole.length > most ? undefined : whole;
  // For an error response the status is enough.
  if (status === 204 || status < 200 || status > 299) return NO_BYTES;
  throw new Unreadable("no Response of fetch: it has no stream, and none of arrayBuffer(), text() and json()");
}

/**
 * The source of a body's chunks.
 *
 * @typedef {object} Source
 * @property {() => Promise<{ done?: boolean | undefined, value?: unknown }>} next
 * @property {() => unknown} cancel
 * @property {boolean} [isText] whether texts count as UTF-8
 */

/**
 * @param {ReadableStream} stream
 * @returns {Source}
 */
function ofReader(stream) {
  try {
    const reader = stream.getReader();
    return { next: () => reader.read(), cancel: () => reader.cancel() };
  } catch {
    throw new Unreadable("a body that another reader has locked: fetch must bring a new response each time");
  }
}

/**
 * A Node stream, as node-fetch returns it, or any other iterable.
 *
 * @param {any} stream
 * @returns {Source}
 */
function ofIterable(stream) {
  if (get(stream, "readableEnded") === true) {
    throw new Unreadable("a body that has been read already: fetch must bring a new response each time");
  }
  const iterator = stream[Symbol.asyncIterator]();
  const cancel = () => (typeof stream.destroy === "function" ? stream.destroy() : iterator.return?.());
  return { next: async () => iterator.next(), cancel, isText: true };
}

/**
 * @param {Source} source
 * @param {number} most
 * @param {Cancellation} cancellation
 * @returns {Promise<Uint8Array | undefined>}
 */
async function gathered({ next, cancel, isText = false }, most, cancellation) {
  const stop = () => ended(cancel);
  if (cancellation.isCancelled) stop();
  cancellation.stop = stop;
  /** @type {Uint8Array} */
  let body = NO_BYTES;
  let length = 0;
  for (;;) {
    const { done, value } = await next();
    if (done) break;
    const piece = isText && typeof value === "string" ? encoded(value) : bytesOf(value);
    if (piece === undefined || length + piece.length > most) {
      stop();
      if (piece) return undefined;
      // The value is not shown: it is a part of the response.
      throw new Unreadable("a body that is not made of bytes");
    }
    // Most responses come in one chunk, which needs no copy. Several are copied: a chunk of one byte may keep its whole underlying
    // buffer alive.
    if (length === 0) body = piece;
    else body = appended(body, length, piece);
    length += piece.length;
  }
  return body.subarray(0, length);
}

/**
 * Cancels a source that is no longer read. Its failures are ignored.
 *
 * @param {() => unknown} end
 */
function ended(end) {
  void (async () => end())().catch(() => {});
}

/**
 * @param {Uint8Array} body the buffer, of which `length` bytes are filled
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

/**
 * Reads the body by the methods of a response without a stream, as some runtimes and test doubles have it.
 *
 * @param {any} response
 * @returns {Promise<Uint8Array | undefined>} undefined: it has none of them
 */
async function ofMethods(response) {
  let lacks;
  for (const [name, convert] of METHODS) {
    if (typeof get(response, name) !== "function") continue;
    const whole = convert(await called(response, name));
    if (whole) return whole;
    lacks ??= name;
  }
  if (lacks) throw new Unreadable(`a response whose ${lacks}() brings nothing of its kind`);
  return undefined;
}

/** @type {[name: string, convert: (value: unknown) => Uint8Array | undefined][]} */
const METHODS = [
  ["arrayBuffer", bytesOf],
  ["text", (value) => (typeof value === "string" ? encoded(value) : undefined)],
  ["json", (value) => written(value)],
];

/**
 * @param {any} response
 * @param {string} name
 */
async function called(response, name) {
  try {
    return await response[name]();
  } catch (error) {
    // Parsers quote a part of invalid JSON in their message.
    if (get(error, "name") === "SyntaxError") throw new Unreadable(`a response whose ${name}() finds no JSON`);
    // Messages of libraries for a body that was already read. A broken connection has other messages.
    const isGone = get(error, "name") === "TypeError" && /already|used|unusable|locked|disturbed/i.test(String(get(error, "message")));
    if (isGone) throw new Unreadable("a body that has been read already: fetch must bring a new response each time");
    throw error;
  }
}

/** @param {unknown} value */
function written(value) {
  try {
    const text = JSON.stringify(value, unpolluted());
    return text === undefined ? undefined : encoded(text);
  } catch {
    // A cycle, or a number that JSON cannot hold.
    return undefined;
  }
}

/** @param {string} text */
const encoded = (text) => new TextEncoder().encode(text);
