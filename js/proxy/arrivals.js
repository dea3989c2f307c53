// @ts-check
// Detects requests that arrive twice. When a keep-alive connection fails before a response, browsers resend the request, even a
// POST, unseen by the page. The client gives each attempt an idempotency key; a second request with a key gets the response of
// the first one. Responses may hold passwords: they are stored for a short time, in bounded memory, and then overwritten.
import { alone } from "../bindings/values.js";
import { Refusal } from "./answers.js";
import { tooMany } from "./window.js";

/** The header of the key. It is not sent to the API. */
export const KEY = "idempotency-key";
const LONGEST_KEY = 255;
/** The largest number of keys stored at a time. */
const MOST_KEYS = 1_000;
/** The largest total size of the stored responses, in bytes. */
const MOST_BYTES = 8 * 1024 * 1024;
/** How long a key is stored after its response. */
const KEPT_MS = 120_000;
/** How long a key without a response is stored: some hosts end a request without any event. */
const OPEN_MS = 900_000;
/** The retry delay for a request that arrives when the table of keys is full. */
const FULL_MS = 1_000;

/** Headers that identify users. Requests that differ in one of them are from different users. */
const OF_USER = /auth|cookie|token|secret|password|api-?key|session/;

/**
 * The outcome of a request. `sent`: the request may have reached the API.
 *
 * @typedef {{ response: Response, sent: boolean }} Outcome
 */

/**
 * A stored response. Its body is bytes, since a stream can be read only once; undefined: no longer stored.
 *
 * @typedef {{ status: number, headers: [string, string][], body: Uint8Array | undefined }} Kept
 */

/**
 * @typedef {object} Arrival
 * @property {string} print The hash of the request that the key belongs to.
 * @property {number} until When the key expires.
 * @property {number} readers The number of requests that wait for the response.
 * @property {boolean} sent Whether the request was sent; it cannot be cancelled then.
 * @property {AbortController} end
 * @property {Promise<void>} done
 * @property {Kept | undefined} kept
 */

/**
 * Gives the idempotency key of a request; undefined if it has none, or if its method only reads.
 *
 * @param {Request} request
 */
export function keyOf({ method, headers }) {
  const key = headers.get(KEY);
  if (key === null || method === "GET" || method === "HEAD") return undefined;
  if (key !== "" && key.length <= LONGEST_KEY) return key;
  throw new Refusal(400, "BAD_REQUEST", `header.${KEY}: expected 1 to ${LONGEST_KEY} characters`);
}

/**
 * Gives the hash of a request, its body and its user, which must be the same for each request with one key.
 *
 * @param {Request} request
 * @param {Uint8Array} body
 */
export async function printOf({ method, url, headers }, body) {
  const { pathname, search } = new URL(url);
  const user = [...headers].filter(([name]) => name !== KEY && OF_USER.test(name));
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
export function arrivals(now) {
  /** Keys and their requests, the oldest first. @type {Map<string, Arrival>} */
  const known = new Map();
  let bytes = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  /** @param {Arrival} arrival */
  function empty({ kept }) {
    if (kept?.body === undefined) return;
    bytes -= kept.body.length;
    kept.body.fill(0);
    kept.body = undefined;
  }

  /**
   * @param {string} key
   * @param {Arrival} arrival
   */
  function forget(key, arrival) {
    empty(arrival);
    known.delete(key);
  }

  /** Deletes the expired keys, now and by a timer. */
  function tidy() {
    const time = now();
    for (const [key, arrival] of known) if (arrival.until <= time) forget(key, arrival);
    clearTimeout(timer);
    timer = known.size === 0 ? undefined : setTimeout(tidy, KEPT_MS);
    // The timer does not keep a Node process alive.
    /** @type {any} */ (timer)?.unref?.();
  }

  /** Makes space for one more key by deleting the oldest one that has a response. Requests in flight stay. */
  function makeRoom() {
    if (known.size < MOST_KEYS) return;
    const oldest = [...known].find(([, { kept }]) => kept !== undefined);
    if (oldest === undefined) throw tooMany(FULL_MS);
    forget(...oldest);
  }

  /** Overwrites the oldest responses above the size limit, except those being read. Their keys stay. */
  function shorten() {
    for (const arrival of known.values()) {
      if (bytes <= MOST_BYTES) return;
      if (arrival.readers === 0) empty(arrival);
    }
  }

  /**
   * @param {string} key
   * @param {string} print
   * @param {(signal: AbortSignal, sent: () => void) => Promise<Outcome>} run
   */
  function begin(key, print, run) {
    makeRoom();
    const end = new AbortController();
    /** @type {Arrival} */
    const arrival = { print, until: now() + OPEN_MS, readers: 0, sent: false, end, done: Promise.resolve(), kept: undefined };
    known.set(key, arrival);
    const work = async () => {
      const { response, sent } = await run(end.signal, () => (arrival.sent = true));
      const { status, headers } = response;
      arrival.kept = { status, headers: [...headers], body: new Uint8Array(await response.arrayBuffer()) };
      if (!sent) {
        // The request certainly had no effect, so a later one with this key may run. Current readers still get this response.
        if (known.get(key) === arrival) known.delete(key);
        return;
      }
      arrival.until = now() + KEPT_MS;
      bytes += arrival.kept.body?.length ?? 0;
    };
    arrival.done = work();
    // All readers may be gone, so the rejection is handled here.
    arrival.done.catch(() => forget(key, arrival));
    return arrival;
  }

  /**
   * Gives the response for a key: runs the request, or joins an earlier one with this key. When the last reader aborts, the
   * request is aborted too, unless it was sent: then it continues, so that the next request with this key finds its response.
   *
   * @param {string} key
   * @param {string} print the hash of the request
   * @param {AbortSignal | undefined} signal the signal of this request; some hosts have none
   * @param {(signal: AbortSignal, sent: () => void) => Promise<Outcome>} run carries out the request
   * @returns {Promise<Response>}
   */
  return async function join(key, print, signal, run) {
    tidy();
    const before = known.get(key);
    if (before !== undefined && before.print !== print) {
      throw new Refusal(422, "UNPROCESSABLE_ENTITY", `header.${KEY}: another request has used this key; take a new one for each`);
    }
    const arrival = before ?? begin(key, print, run);
    arrival.readers += 1;
    try {
      await settled(arrival.done, signal);
      return responseOf(/** @type {Kept} */ (arrival.kept));
    } finally {
      arrival.readers -= 1;
      if (arrival.kept !== undefined) {
        shorten();
      } else if (arrival.readers === 0 && !arrival.sent) {
        known.delete(key);
        arrival.end.abort();
      }
    }
  };
}

/** @param {Kept} kept */
function responseOf({ status, headers, body }) {
  if (body === undefined) throw new Refusal(502, "BAD_GATEWAY", "the request was carried out, but its response is no longer kept");
  return new Response(body.length === 0 ? null : body.slice(), alone({ status, headers }));
}

/**
 * Waits for a promise, or rejects when the signal aborts.
 *
 * @param {Promise<void>} done
 * @param {AbortSignal | undefined} signal
 */
async function settled(done, signal) {
  if (signal === undefined) return done;
  signal.throwIfAborted();
  /** @type {() => void} */
  let gone = () => {};
  const aborted = new Promise((_, reject) => {
    gone = () => reject(signal.reason);
    signal.addEventListener("abort", gone);
  });
  await Promise.race([done, aborted]).finally(() => signal.removeEventListener("abort", gone));
}
