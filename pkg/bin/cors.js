// @ts-check
// CORS for pages under development: browsers let pages of the origins of `--cors` read the responses.

const METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE";
/** The response headers that pages may read, beside those that they always may. */
const EXPOSED = "x-request-id, x-ratelimit-limit, x-ratelimit-remaining, x-ratelimit-reset, retry-after, www-authenticate, allow";
const TOKENS = /^[\w!#$%&'*+.^`|~, \t-]*$/;

/** @typedef {import("node:http").IncomingMessage} Request */

/**
 * Whether a text is an origin as browsers write it, or `*` for every origin.
 *
 * @param {string} text
 */
export const isOrigin = (text) => text === "*" || (URL.canParse(text) && new URL(text).origin === text && text !== "null");

/**
 * @param {string[]} origins the allowed origins, as browsers write them, or `*`
 */
export function cors(origins) {
  const known = new Set(origins);
  const every = known.has("*");

  /** @param {string | undefined} origin */
  const allows = (origin) => origin !== undefined && (every || known.has(origin));

  /**
   * The headers of every response: names and values in turn.
   *
   * @param {string | undefined} origin
   * @returns {string[]}
   */
  const headers = (origin) => {
    if (known.size === 0) return [];
    // Browsers send no cookies to `*`; pages of a named origin may.
    if (every) return ["access-control-allow-origin", "*", "access-control-expose-headers", EXPOSED];
    if (origin === undefined || !known.has(origin)) return [];
    return ["access-control-allow-origin", origin, "access-control-allow-credentials", "true", "access-control-expose-headers", EXPOSED];
  };

  /**
   * The headers of the response to a preflight; undefined: the request is none, or its origin is not allowed.
   *
   * @param {Request} request
   * @returns {string[] | undefined}
   */
  const preflight = ({ method, headers: { origin, ...headers } }) => {
    if (method !== "OPTIONS" || !allows(origin) || headers["access-control-request-method"] === undefined) return undefined;
    const wanted = String(headers["access-control-request-headers"] ?? "");
    const allowed = ["access-control-allow-methods", METHODS, "access-control-max-age", "600"];
    allowed.push(
      "access-control-allow-headers",
      wanted !== "" && TOKENS.test(wanted) ? wanted : "authorization, content-type, idempotency-key",
    );
    // Chromium asks for this before a public site may call this machine.
    if (headers["access-control-request-private-network"] === "true") allowed.push("access-control-allow-private-network", "true");
    return allowed;
  };

  return { allows, headers, preflight, vary: known.size === 0 || every ? "accept-encoding" : "accept-encoding, origin" };
}
