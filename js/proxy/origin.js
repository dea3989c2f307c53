// @ts-check
// Where a request comes from: a page of this site, one of another site that has a name here, or none at all. Browsers
// say so in headers that pages cannot set.
import { alone } from "../bindings/values.js";
import { Refusal, SHOWN } from "./answers.js";

/** How long a browser may remember what it was told, in seconds. */
const REMEMBERED = "600";

/**
 * Refuses what a page of another site has caused, unless its origin is named; gives that origin. What sends neither of
 * the two headers, such as a program, is no page.
 *
 * @param {Request} request
 * @param {readonly string[]} origins
 * @returns {string | undefined}
 */
export function namedOrigin({ headers, url }, origins) {
  const origin = headers.get("origin");
  if (origin !== null && origins.includes(origin)) return origin;
  const site = headers.get("sec-fetch-site");
  // Where the browser says it, a host that something in between has rewritten does not matter.
  const own =
    site === null ? origin === null || hostOf(origin) === (headers.get("host") ?? hostOf(url)) : /^(?:same-origin|none)$/.test(site);
  if (own) return undefined;
  throw new Refusal(403, "FORBIDDEN", "the request comes from another site, whose origin the proxy does not name");
}

/** @param {string} text */
function hostOf(text) {
  try {
    return new URL(text).host;
  } catch {
    // The origin of a page that has none is "null".
    return undefined;
  }
}

/**
 * What a browser has to be told, so that a page of that origin may read the answer.
 *
 * @param {string | undefined} origin
 * @returns {Record<string, string>}
 */
export function shared(origin) {
  if (origin === undefined) return { vary: "origin" };
  return {
    vary: "origin",
    "access-control-allow-origin": origin,
    "access-control-allow-credentials": "true",
    "access-control-expose-headers": SHOWN.join(", "),
  };
}

/**
 * Whether a browser asks first, before it lets a page of another origin send what it wants to.
 *
 * @param {Request} request
 */
export const asksFirst = ({ method, headers }) => method === "OPTIONS" && headers.has("access-control-request-method");

/**
 * The answer: these methods, and whichever headers, which `authorize` may read and the service never sees.
 *
 * @param {Request} request
 * @param {string[]} methods
 */
export function consent({ headers }, methods) {
  const told = {
    "access-control-allow-methods": methods.join(", "),
    "access-control-allow-headers": headers.get("access-control-request-headers") ?? "",
    "access-control-max-age": REMEMBERED,
  };
  return new Response(null, alone({ status: 204, headers: told }));
}
