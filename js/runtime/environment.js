// @ts-check
// Where the client runs: its environment, its page.
import { get } from "../bindings/values.js";

/** @type {any} */
const host = globalThis;

/**
 * A variable of the environment, where there is one and it may be read. The white space around it is no part of it, nor is a
 * byte order mark: files and secret stores add both. One that holds nothing else is not set.
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

/** Whether this is a page, or a worker of one. */
export function inPage() {
  return (
    typeof get(host, "document") === "object" ||
    (typeof get(host, "WorkerGlobalScope") === "function" && String(get(get(host, "navigator"), "userAgent")).startsWith("Mozilla/"))
  );
}

/**
 * An address, resolved against the page's, as its links are, where there is one; undefined where it is none.
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
    // A document's base may be another one than its address: the `base` element says so.
    return new URL(text, /** @type {string | undefined} */ (get(get(host, "document"), "baseURI")) ?? host.location.href);
  }
}
