// @ts-check
// CORS for pages under development: the browser lets a page of an origin that the server was told of read the answers.

const METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE";
/** What a page may read beside the few headers that it always may. */
const EXPOSED = "x-request-id, x-ratelimit-limit, x-ratelimit-remaining, x-ratelimit-reset, retry-after, www-authenticate, allow";
const TOKENS = /^[\w!#$%&'*+.^`|~, \t-]*$/;

/** @typedef {import("node:http").IncomingMessage} Request */

/**
 * Whether a text is an origin as browsers write it, or `*` for every one.
 *
 * @param {string} text
 */
export const isOrigin = (text) => text === "*" || (URL.canParse(text) && new URL(text).origin === text && text !== "null");

/**
 * @param {string[]} origins those that are let in, as browsers write them, or `*`
 */
export function cors(origins) {
  const known = new Set(origins);
  const every = known.has("*");

  /** @param {string | undefined} origin */
  const admits = (origin) => origin !== undefined && (every || known.has(origin));

  /**
   * The headers of every answer: names and values in turn.
   *
   * @param {string | undefined} origin
   * @returns {string[]}
   */
  const headers = (origin) => {
    if (known.size === 0) return [];
    // `*` says that nobody sends cookies or the like along; who is named may.
    if (every) return ["access-control-allow-origin", "*", "access-control-expose-headers", EXPOSED];
    if (origin === undefined || !known.has(origin)) return [];
    return ["access-control-allow-origin", origin, "access-control-allow-credentials", "true", "access-control-expose-headers", EXPOSED];
  };

  /**
   * What a browser that asks before it sends is told; undefined: nobody asks.
   *
   * @param {Request} request
   * @returns {string[] | undefined}
   */
  const preflight = ({ method, headers: { origin, ...asked } }) => {
    if (method !== "OPTIONS" || !admits(origin) || asked["access-control-request-method"] === undefined) return undefined;
    const wanted = String(asked["access-control-request-headers"] ?? "");
    const answer = ["access-control-allow-methods", METHODS, "access-control-max-age", "600"];
    answer.push("access-control-allow-headers", wanted !== "" && TOKENS.test(wanted) ? wanted : "authorization, content-type, idempotency-key");
    // From a site on the internet to this machine: Chromium asks for it by name.
    if (asked["access-control-request-private-network"] === "true") answer.push("access-control-allow-private-network", "true");
    return answer;
  };

  return { admits, headers, preflight, vary: known.size === 0 || every ? "accept-encoding" : "accept-encoding, origin" };
}
