// @ts-check
// Detects requests that arrive twice. When a keep-alive connection fails before a response, browsers resend the request, even a
// POST, unseen by the page. The client gives each attempt an idempotency key; a second request with a key gets the response of
// the first one. Responses may hold passwords: they are stored for a short time, in bounded memory, and then overwritten.
import { withoutPrototype } from "../bindings/values.js";
import { HttpError } from "./responses.js";
import { rateLimited } from "./rate-limit.js";

/** The header of the key. It is not sent to the API. */
export const KEY = "idempotency-key";
const MAX_KEY_LENGTH = 255;
/** The largest number of keys stored at a time. */
const MAX_KEYS = 1_000;
/** The largest total size of the stored responses, in bytes. */
const MAX_BYTES = 8 * 1024 * 1024;
/** How long a key is stored after its response. */
const STORED_MS = 120_000;
/** How long a key without a response is stored: some hosts end a request without any event. */
const OPEN_MS = 900_000;
/** The retry delay for a request that arrives when the table of keys is full. */
const FULL_MS = 1_000;

/** Headers that identify users. Requests that differ in one of them are from different users. */
const USER_HEADERS = /auth|cookie|token|secret|password|api-?key|session/;

/**
 * The outcome of a request. `sent`: the request may have reached the API.
 *
 * @typedef {{ response: Response, sent: boolean }} Outcome
 */

/**
 * A stored response. Its body is bytes, since a stream can be read only once; undefined: no longer stored.
 *
 * @typedef {{ status: number, headers: [string, string][], body: Uint8Array | undefined }} StoredResponse
 */

/**
 * @typedef {object} Entry
 * @property {string} fingerprint The hash of the request that the key belongs to.
 * @property {number} until When the key expires.
 * @property {number} readers The number of requests that wait for the response.
 * @property {boolean} sent Whether the request was sent; it cannot be cancelled then.
 * @property {AbortController} controller
 * @property {Promise<void>} done
 * @property {StoredResponse | undefined} stored
 */

/**
 * Gives the idempotency key of a request; undefined if it has none, or if its method only reads.
 *
 * @param {Request} request
 */
export function keyOf({ method, headers }) {
  const key = headers.get(KEY);
  if (key === null || method === "GET" || method === "HEAD") return undefined;
  if (key !== "" && key.length <= MAX_KEY_LENGTH) return key;
  throw new HttpError(400, "BAD_REQUEST", `header.${KEY}: expected 1 to ${MAX_KEY_LENGTH} characters`);
}

/**
 * Gives the hash of a request, its body and its user, which must be the same for each request with one key.
 *
 * @param {Request} request
 * @param {Uint8Array} body
 */
export async function fingerprintOf({ method, url, headers }, body) {
  const { pathname, search } = new URL(url);
  const user = [...headers].filter(([name]) => name !== KEY && USER_HEADERS.test(name));
  const head = new TextEncoder().encode(JSON.stringify([method, pathname, search, user]));
  const all = new Uint8Array(head.length + body.length);
  all.set(head);
  all.set(body, head.length);
  return [...new Uint8Array(await crypto.subtle.digest("SHA-256", all))].join();
}

/**
 * Creates the table of keys of one proxy, and gives the function that runs a request or joins an earlier one.
 *
 * @param {() => number} now
 */
export function idempotencyTable(now) {
  /** Keys and their requests, the oldest first. @type {Map<string, Entry>} */
  const entries = new Map();
  let bytes = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  /** @param {Entry} entry */
  function overwrite({ stored }) {
    if (stored?.body === undefined) return;
    bytes -= stored.body.length;
    stored.body.fill(0);
    stored.body = undefined;
  }

  /**
   * @param {string} key
   * @param {Entry} entry
   */
  function remove(key, entry) {
    overwrite(entry);
    entries.delete(key);
  }

  /** Deletes the expired keys, now and by a timer. */
  function removeExpired() {
    const time = now();
    for (const [key, entry] of entries) if (entry.until <= time) remove(key, entry);
    clearTimeout(timer);
    timer = entries.size === 0 ? undefined : setTimeout(removeExpired, STORED_MS);
    // The timer does not keep a Node process alive.
    /** @type {any} */ (timer)?.unref?.();
  }

  /** Makes space for one more key by deleting the oldest one that has a response. Requests in flight stay. */
  function evictOldest() {
    if (entries.size < MAX_KEYS) return;
    const oldest = [...entries].find(([, { stored }]) => stored !== undefined);
    if (oldest === undefined) throw rateLimited(FULL_MS);
    remove(...oldest);
  }

  /** Overwrites the oldest responses above the size limit, except those being read. Their keys stay. */
  function shrink() {
    for (const entry of entries.values()) {
      if (bytes <= MAX_BYTES) return;
      if (entry.readers === 0) overwrite(entry);
    }
  }

  /**
   * @param {string} key
   * @param {string} fingerprint
   * @param {(signal: AbortSignal, sent: () => void) => Promise<Outcome>} run
   */
  function start(key, fingerprint, run) {
    evictOldest();
    const controller = new AbortController();
    /** @type {Entry} */
    const entry = { fingerprint, until: now() + OPEN_MS, readers: 0, sent: false, controller, done: Promise.resolve(), stored: undefined };
    entries.set(key, entry);
    const work = async () => {
      const { response, sent } = await run(controller.signal, () => (entry.sent = true));
      const { status, headers } = response;
      entry.stored = { status, headers: [...headers], body: new Uint8Array(await response.arrayBuffer()) };
      if (!sent) {
        // The request certainly had no effect, so a later one with this key may run. Current readers still get this response.
        if (entries.get(key) === entry) entries.delete(key);
        return;
      }
      entry.until = now() + STORED_MS;
      bytes += entry.stored.body?.length ?? 0;
    };
    entry.done = work();
    // All readers may be gone, so the rejection is handled here.
    entry.done.catch(() => remove(key, entry));
    return entry;
  }

  /**
   * Gives the response for a key: runs the request, or joins an earlier one with this key. When the last reader aborts, the
   * request is aborted too, unless it was sent: then it continues, so that the next request with this key finds its response.
   *
   * @param {string} key
   * @param {string} fingerprint the hash of the request
   * @param {AbortSignal | undefined} signal the signal of this request; some hosts have none
   * @param {(signal: AbortSignal, sent: () => void) => Promise<Outcome>} run carries out the request
   * @returns {Promise<Response>}
   */
  return async function join(key, fingerprint, signal, run) {
    removeExpired();
    const before = entries.get(key);
    if (before !== undefined && before.fingerprint !== fingerprint) {
      throw new HttpError(422, "UNPROCESSABLE_ENTITY", `header.${KEY}: another request has used this key; take a new one for each`);
    }
    const entry = before ?? start(key, fingerprint, run);
    entry.readers += 1;
    try {
      await settledOrAborted(entry.done, signal);
      return responseOf(/** @type {StoredResponse} */ (entry.stored));
    } finally {
      entry.readers -= 1;
      if (entry.stored !== undefined) {
        shrink();
      } else if (entry.readers === 0 && !entry.sent) {
        entries.delete(key);
        entry.controller.abort();
      }
    }
  };
}

/** @param {StoredResponse} stored */
function responseOf({ status, headers, body }) {
  if (body === undefined) throw new HttpError(502, "BAD_GATEWAY", "the request was carried out, but its response is no longer stored");
  return new Response(body.length === 0 ? null : body.slice(), withoutPrototype({ status, headers }));
}

/**
 * Waits for a promise, or rejects when the signal aborts.
 *
 * @param {Promise<void>} done
 * @param {AbortSignal | undefined} signal
 */
async function settledOrAborted(done, signal) {
  if (signal === undefined) return done;
  signal.throwIfAborted();
  /** @type {() => void} */
  let onAbort = () => {};
  const aborted = new Promise((_, reject) => {
    onAbort = () => reject(signal.reason);
    signal.addEventListener("abort", onAbort);
  });
  await Promise.race([done, aborted]).finally(() => signal.removeEventListener("abort", onAbort));
}
