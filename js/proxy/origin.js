// @ts-check
// Checks the origin of a request: a page of this site, a page of an allowed origin, or no page at all. Browsers state it in headers
// that pages cannot set (Origin, Sec-Fetch-Site). Also responds to CORS preflights.
import { withoutPrototype } from "../bindings/values.js";
import { HttpError, PASSED_HEADERS } from "./responses.js";

/** How long a browser may cache a preflight response, in seconds. */
const PREFLIGHT_MAX_AGE = "600";

/**
 * Refuses a request from a page of another site, unless its origin is allowed. Gives the allowed origin; undefined for this
 * site's pages and for programs, which send neither of the two headers.
 *
 * @param {Request} request
 * @param {readonly string[]} origins
 * @returns {string | undefined}
 */
export function allowedOrigin({ headers, url }, origins) {
  const origin = headers.get("origin");
  if (origin !== null && origins.includes(origin)) return origin;
  const site = headers.get("sec-fetch-site");
  // Sec-Fetch-Site is preferred, since a reverse proxy may have rewritten the host.
  const own =
    site === null ? origin === null || hostOf(origin) === (headers.get("host") ?? hostOf(url)) : /^(?:same-origin|none)$/.test(site);
  if (own) return undefined;
  throw new HttpError(403, "FORBIDDEN", "the request comes from another site, whose origin the proxy does not name");
}

/** @param {string} text */
function hostOf(text) {
  try {
    return new URL(text).host;
  } catch {
    // A page with an opaque origin sends "null".
    return undefined;
  }
}

/**
 * The CORS headers that let a page of an allowed origin read the response.
 *
 * @param {string | undefined} origin
 * @returns {Record<string, string>}
 */
export function corsHeaders(origin) {
  if (origin === undefined) return { vary: "origin" };
  return {
    vary: "origin",
    "access-control-allow-origin": origin,
    "access-control-allow-credentials": "true",
    "access-control-expose-headers": PASSED_HEADERS.join(", "),
  };
}

/**
 * Whether a request is a CORS preflight.
 *
 * @param {Request} request
 */
export const isPreflight = ({ method, headers }) => method === "OPTIONS" && headers.has("access-control-request-method");

/**
 * The response to a preflight: the methods of the path, and every requested header. `authorize` may read the headers; the API
 * does not get them.
 *
 * @param {Request} request
 * @param {string[]} methods
 */
export function preflightResponse({ headers }, methods) {
  const allowed = {
    "access-control-allow-methods": methods.join(", "),
    "access-control-allow-headers": headers.get("access-control-request-headers") ?? "",
    "access-control-max-age": PREFLIGHT_MAX_AGE,
  };
  return new Response(null, withoutPrototype({ status: 204, headers: allowed }));
}
