// @ts-check
// Facts about the runtime: environment variables, whether it is a browser page, and the page's base URL.
import { get } from "../bindings/values.js";

/** @type {any} */
const host = globalThis;

/**
 * Gives an environment variable; undefined if it is not set or may not be read. White space and a byte order mark around the
 * value are removed, since files and secret stores add them. A blank variable counts as not set.
 *
 * @param {string} name
 * @returns {string | undefined}
 */
export function environment(name) {
  try {
    const value = get(get(get(host, "process"), "env"), name);
    return (typeof value === "string" && value.trim()) || undefined;
  } catch {
    return undefined;
  }
}

/** Whether the code runs in a browser page, or in a worker of one. */
export function inPage() {
  return (
    typeof get(host, "document") === "object" ||
    (typeof get(host, "WorkerGlobalScope") === "function" && String(get(get(host, "navigator"), "userAgent")).startsWith("Mozilla/"))
  );
}

/**
 * Parses a URL. In a page, a relative one is resolved as links are. Gives undefined if the text is not a URL.
 *
 * @param {string} text
 */
export function address(text) {
  try {
    return absolute(text);
  } catch {
    return undefined;
  }
}

/** @param {string} text */
function absolute(text) {
  try {
    return new URL(text);
  } catch {
    // The base of a document may differ from its address, because of a `base` element.
    return new URL(text, /** @type {string | undefined} */ (get(get(host, "document"), "baseURI")) ?? host.location.href);
  }
}
