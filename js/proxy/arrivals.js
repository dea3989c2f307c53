// @ts-check
// Requests that arrive twice. When a kept connection dies before a response, browsers send the request again by themselves,
// a POST too, and no page sees it. The client gives each attempt a key of its own; a second arrival of a key gets the
// response of the first one, and does nothing.
//
// Responses hold passwords: they are kept for a short time, in bounded memory, and overwritten.
import { alone } from "../bindings/values.js";
import { Refusal } from "./answers.js";
import { tooMany } from "./window.js";

/** The header that holds the key. The API never sees it. */
export const KEY = "idempotency-key";
const LONGEST_KEY = 255;
/** How many keys are known at a time. */
const MOST_KEYS = 1_000;
/** How many bytes of responses are kept. */
const MOST_BYTES = 8 * 1024 * 1024;
/** How long a key is known after its response. */
const KEPT_MS = 120_000;
/** And without one: hosts that end a request without a word leave it open. */
const OPEN_MS = 900_000;
/** How long until an arrival of a key that found no room may come again. */
const FULL_MS = 1_000;

/** Headers by which servers know their users. Whoever has another one is another user. */
const OF_USER = /auth|cookie|token|secret|password|api-?key|session/;

/**
 * What a request does. `sent`: it may have reached the API.
 *
 * @typedef {{ response: Response, sent: boolean }} Outcome
 */

/**
 * A response, apart from its body's stream, which can be read only once.
 *
 * @typedef {{ status: number, headers: [string, string][], body: Uint8Array | undefined }} Kept
 */

/**
 * @typedef {object} Arrival
 * @property {string} print What the key stands for.
 * @property {number} until
 * @property {number} readers How many arrivals still want the response.
 * @property {boolean} sent It can no longer be taken back.
 * @property {AbortController} end
 * @property {Promise<void>} done
 * @property {Kept | undefined} kept
 */

/**
 * The key of a request that may join another one; undefined: it has none, or only reads.
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
 * What a key stands for: the request, its body, and its user.
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
 * The memory of one proxy.
 *
 * @param {() => number} now
 */
export function arrivals(now) {
  /** The oldest first. @type {Map<string, Arrival>} */
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

  /** Forgets what has been known long enough, now and later. */
  function tidy() {
    const time = now();
    for (const [key, arrival] of known) if (arrival.until <= time) forget(key, arrival);
    clearTimeout(timer);
    timer = known.size === 0 ? undefined : setTimeout(tidy, KEPT_MS);
    // It keeps no process alive.
    /** @type {any} */ (timer)?.unref?.();
  }

  /** Makes room for one more key: what has its response gives way, what is under way does not. */
  function makeRoom() {
    if (known.size < MOST_KEYS) return;
    const oldest = [...known].find(([, { kept }]) => kept !== undefined);
    if (oldest === undefined) throw tooMany(FULL_MS);
    forget(...oldest);
  }

  /** Lets the oldest responses go where there are too many bytes, but for those that are being read. Their keys stay known. */
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
        // It surely did nothing, so that a later arrival may. Those that wait for it have it still.
        if (known.get(key) === arrival) known.delete(key);
        return;
      }
      arrival.until = now() + KEPT_MS;
      bytes += arrival.kept.body?.length ?? 0;
    };
    arrival.done = work();
    // Its readers may all have gone.
    arrival.done.catch(() => forget(key, arrival));
    return arrival;
  }

  /**
   * The response to a key: of its first arrival, or of one that came before. What one arrival wants no more is ended when
   * no other waits for it, unless it was sent: then it goes on, so that the next arrival finds it.
   *
   * @param {string} key
   * @param {string} print
   * @param {AbortSignal | undefined} signal the arrival's own; not every host has one
   * @param {(signal: AbortSignal, sent: () => void) => Promise<Outcome>} run carries the request out
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
 * Waits for something, or until an arrival is gone.
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
