// Reads responses: the host's, those of other libraries and realms, and doubles that have only some of a Response's members.
// In JavaScript, since each getter and method of such an object may throw, and what is thrown must not unwind through wasm:
// unwinding skips destructors.

import { bytesOf, FIELD_NAME, get, unpolluted } from "./values.js";

/**
 * What came of a request. `fault`: `connection` is what fetch itself reports, `caller` what the caller's own fetch did,
 * `unreadable` a response whose body can not be read, of which `status` and `headers` are known, and `too-long` one whose body is
 * longer than allowed. Headers are names, in lower case, and values in turn.
 *
 * @typedef {{ fault: undefined, status: number, headers: string[], body: Uint8Array }} Answer
 * @typedef {{ fault: string, message: string, cause?: unknown, status?: number, headers?: string[] }} Failed
 */

/** A response that came, and can not be read. */
class Unreadable extends TypeError {}

/** What the client reads, of headers that only tell one by its name. */
const READ = ["content-length", "content-type", "date", "retry-after", "x-ratelimit-reset"];

/**
 * Whether a value has a status, as all responses do.
 *
 * @param {unknown} value
 */
export function isResponse(value) {
  const status = /** @type {number} */ (get(value, "status"));
  return Number.isInteger(status) && status >= 0 && status <= 999;
}

/**
 * @param {unknown} response
 * @param {number} most how many bytes the body may have
 * @param {AbortSignal | null | undefined} signal ends the reading, also where the caller's own fetch takes no notice of it
 * @returns {Promise<Answer | Failed>} rejects with what the body fails with
 */
export async function read(response, most, signal) {
  const status = Number(get(response, "status"));
  /** @type {string[]} */
  let headers = [];
  try {
    const found = headersOf(get(response, "headers"));
    headers = [...found].flat();
    const body = await bodyOf(response, { status, length: Number(found.get("content-length")), most, signal });
    if (body !== undefined) return { fault: undefined, status, headers, body };
    return { fault: "too-long", message: `the answer is longer than maxBodyBytes, ${most} bytes` };
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    return { fault: "unreadable", message: error.message, status, headers };
  }
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
  // What else a double's class has is no header.
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
  // HTTP/2 has its status and others among the headers.
  if (key === "set-cookie" || key.startsWith(":")) return;
  if (!FIELD_NAME.test(key) || /[\0\r\n]/.test(text)) throw new Unreadable("headers that none can be");
  const before = headers.get(key);
  headers.set(key, before === undefined ? text : `${before}, ${text}`);
}

/**
 * The body, read as it comes, so that one that is too long is refused before it fills the memory.
 *
 * @param {any} response
 * @param {{ status: number, length: number, most: number, signal: AbortSignal | null | undefined }} given
 * @returns {Promise<Uint8Array | undefined>} undefined: it is too long
 */
async function bodyOf(response, { status, length, most, signal }) {
  if (get(response, "bodyUsed") === true) {
    throw new Unreadable("a body that has been read already: fetch must bring a new response each time");
  }
  const body = /** @type {any} */ (get(response, "body"));
  if (length > most) {
    // Unread, it would hold its connection, and Node, for ever.
    ended(() => (typeof body.cancel === "function" ? body.cancel() : body.destroy()));
    return undefined;
  }
  if (typeof get(body, "getReader") === "function") return gathered(ofReader(body), most, signal);
  if (typeof get(body, Symbol.asyncIterator) === "function") return gathered(ofIterable(body), most, signal);
  const whole = (await ofMethods(response)) ?? (typeof body === "string" ? encoded(body) : bytesOf(body));
  if (whole) return whole.length > most ? undefined : whole;
  // Of a refusal the status says enough.
  if (status === 204 || status < 200 || status > 299) return new Uint8Array();
  throw new Unreadable("no Response of fetch: it has no stream, and none of arrayBuffer(), text() and json()");
}

/**
 * Where a body comes from, piece by piece.
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
 * A stream of Node's, as node-fetch has it, or whatever else can be iterated.
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
 * @param {AbortSignal | null | undefined} signal
 * @returns {Promise<Uint8Array | undefined>}
 */
async function gathered({ next, cancel, isText = false }, most, signal) {
  const stop = () => ended(cancel);
  if (signal?.aborted) stop();
  signal?.addEventListener("abort", stop);
  /** @type {Uint8Array} */
  let body = new Uint8Array();
  let length = 0;
  for (;;) {
    const { done, value } = await next();
    if (done) break;
    const piece = isText && typeof value === "string" ? encoded(value) : bytesOf(value);
    if (piece === undefined || length + piece.length > most) {
      stop();
      if (piece) return undefined;
      // Not the value itself: it is a piece of the answer.
      throw new Unreadable("a body that is not made of bytes");
    }
    // Most answers come in one piece, which needs no copy. More are copied: a piece of one byte may hold on to the whole buffer
    // that it was cut from.
    if (length === 0) body = piece;
    else body = appended(body, length, piece);
    length += piece.length;
  }
  return body.subarray(0, length);
}

/**
 * Ends what is no longer read. How that fails is nobody's any more.
 *
 * @param {() => unknown} end
 */
function ended(end) {
  void (async () => end())().catch(() => {});
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

/**
 * The body by the methods of a response without a stream, such as some hosts' and those of test doubles.
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
    // Of what is no JSON, parsers quote a piece in their message.
    if (get(error, "name") === "SyntaxError") throw new Unreadable(`a response whose ${name}() finds no JSON`);
    // What libraries say of a body that is gone. A connection that broke is told in other words.
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
    // A circle, or a number that JSON does not have.
    return undefined;
  }
}

/** @param {string} text */
const encoded = (text) => new TextEncoder().encode(text);
