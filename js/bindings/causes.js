// Errors of fetch: the message that says most, and copies without secrets. The shapes are those that Node, Deno, Bun and
// browsers throw.

import { get, withoutPrototype } from "./values.js";

/** Causes may be nested, or form a cycle. */
const DEEPEST = 5;
/** The most texts of an error that are copied. */
const MOST = 1_000;

/**
 * The text of an error that says most. Node says "fetch failed", with the reason only in the cause. Where it tries several
 * addresses, the reasons are only in the errors of an AggregateError, whose own message is empty.
 *
 * @param {unknown} error
 */
export function reason(error) {
  try {
    return told(error);
  } catch {
    // A getter or proxy of the caller's own fetch has thrown.
    return "fetch failed";
  }
}

/** @param {unknown} error */
function told(error) {
  const said = words(error) || "fetch failed";
  const why = [...new Set(reasons(get(error, "cause"), 0))].filter((one) => !said.includes(one));
  // Several addresses often fail for the same reason.
  if (why.length > 0) return `${said} (${why.slice(0, 4).join("; ")})`;
  // Node's fetch hides a 407, as the standard requires. Of its errors only this one has an empty cause.
  const isSilent = text(get(error, "cause"), "message") === "";
  return isSilent ? `${said} (no reason given; Node fails so on a 407: a proxy on the way wants credentials)` : said;
}

/**
 * The text of one error: its message with its code, or the one of both that exists.
 *
 * @param {unknown} error
 */
function words(error) {
  const message = (typeof error === "string" ? error : text(error, "message"))?.trim() ?? "";
  const code = text(error, "code")?.trim() ?? "";
  if (code === "" || message.includes(code)) return message;
  return message === "" ? code : `${message}, ${code}`;
}

/**
 * @param {unknown} error
 * @param {number} depth
 * @returns {string[]}
 */
function reasons(error, depth) {
  if (error === undefined || error === null || depth === DEEPEST) return [];
  const several = get(error, "errors");
  const below = [...(Array.isArray(several) ? several.slice(0, 4) : []), get(error, "cause")].flatMap((one) => reasons(one, depth + 1));
  const own = words(error);
  // The errors in an AggregateError say the same and more.
  if (own === "" || below.some((one) => one.includes(own))) return below;
  return [own, ...below];
}

/**
 * A copy of an error whose texts are replaced afterwards: its texts in order, and the copy, which `finish` fills.
 *
 * @typedef {{ texts: string[], fill: ((texts: string[]) => void)[], copy: unknown }} Draft
 */

/**
 * @param {unknown} error
 * @returns {Draft}
 */
export function draft(error) {
  /** @type {Draft} */
  const made = { texts: [], fill: [], copy: undefined };
  try {
    made.copy = copied(error, made, 0);
    return made;
  } catch {
    // An error that cannot be read is not shown.
    return { texts: [], fill: [], copy: undefined };
  }
}

/**
 * Completes the copy with these texts.
 *
 * @param {Draft} made
 * @param {string[]} texts
 */
export function finish(made, texts) {
  for (const fill of made.fill) fill(texts);
  return made.copy;
}

/**
 * Copies only texts, numbers and errors: other values may hold secrets.
 *
 * @param {unknown} value
 * @param {Draft} made
 * @param {number} depth
 * @returns {unknown}
 */
function copied(value, made, depth) {
  if (typeof value !== "object" || value === null) return value;
  if (depth > DEEPEST || made.texts.length > MOST) return undefined;
  const copy = Array.isArray(value) ? [] : value instanceof TypeError ? new TypeError() : new Error();
  for (const name of names(value)) {
    const found = get(value, name);
    const enumerable = Object.prototype.propertyIsEnumerable.call(value, name);
    const set = (/** @type {unknown} */ one) =>
      Object.defineProperty(copy, name, withoutPrototype({ value: one, enumerable, configurable: true, writable: true }));
    if (typeof found === "string") {
      const index = made.texts.push(found) - 1;
      made.fill.push((texts) => set(texts[index]));
    } else if (typeof found === "number" || typeof found === "boolean") {
      set(found);
    } else if (found instanceof Error || Array.isArray(found)) {
      set(copied(found, made, depth + 1));
    }
  }
  return copy;
}

/**
 * The names of an error's own properties, and `name`, which most errors inherit.
 *
 * @param {object} value
 */
function names(value) {
  const own = Object.getOwnPropertyNames(value);
  if (Array.isArray(value)) return own.filter((name) => name !== "length").slice(0, 100);
  return [...new Set(["name", "message", ...own])];
}

/**
 * @param {any} value
 * @param {string} name
 * @returns {string | undefined}
 */
export function text(value, name) {
  const found = get(value, name);
  return typeof found === "string" ? found : undefined;
}
