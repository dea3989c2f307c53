// Values of JavaScript, read for Rust: what they are, what they hold, how they are written. Nothing is decided here.

/** A symbol that errors of every copy of this package share. */
export const BRAND = Symbol.for("clickhouse-cloud.error");

/**
 * Whether a value is an error of this package, also of another copy of it.
 *
 * @param {unknown} value anything: a caller may throw a proxy
 * @returns {boolean}
 */
export function isBranded(value) {
  try {
    return typeof value === "object" && value !== null && BRAND in value;
  } catch {
    return false;
  }
}

/**
 * A property; undefined where there is none, or where its getter throws.
 *
 * @param {any} object
 * @param {string} name
 * @returns {unknown}
 */
export function get(object, name) {
  try {
    // Without a throw where there is no object: that would cost a call more than all else.
    return object?.[name];
  } catch {
    return undefined;
  }
}

/**
 * Whether a value is an object, and no list.
 *
 * @param {unknown} value
 */
export function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * The names of an object's own properties; of anything else none.
 *
 * @param {unknown} value
 */
export function keys(value) {
  return isObject(value) ? Object.keys(/** @type {object} */ (value)) : [];
}

/**
 * An item of a list; undefined behind its end, and where it is no list.
 *
 * @param {unknown} list
 * @param {number} index
 * @returns {unknown}
 */
export function item(list, index) {
  return Array.isArray(list) ? list[index] : undefined;
}

/**
 * What came, in words that show no text: it may be a secret.
 *
 * @param {unknown} value
 */
export function describe(value) {
  if (typeof value === "number" || value === null) return String(value);
  if (Array.isArray(value)) return "an array";
  return value === "" ? "an empty string" : `a value of type ${typeof value}`;
}

/**
 * The bytes of a password: UTF-8 of a string, or a copy of bytes, since a class of the caller's own may lie about their
 * length.
 *
 * @param {unknown} value
 */
export function bytes(value) {
  try {
    if (typeof value === "string") return new TextEncoder().encode(value);
    return value instanceof Uint8Array ? new Uint8Array(value) : undefined;
  } catch {
    // A proxy, or bytes that have been handed to another thread.
    return undefined;
  }
}

/** What a header can hold: visible characters, spaces and tabs. */
export const FIELD_VALUE = /^[\t -~]*$/;
const FIELD_NAME = /^[\w!#$%&'*+.^`|~-]+$/;

/**
 * Names, in lower case, and values of headers in turn. One name without a value: that one cannot stand in a header, or
 * its value cannot.
 *
 * @param {any} headers
 */
export function headerPairs(headers) {
  if (headers === undefined || headers === null) return [];
  // A Headers object is iterable; a plain object is not.
  const pairs = Symbol.iterator in headers ? [...headers] : Object.entries(headers);
  const given = pairs.filter(([, value]) => value !== undefined && value !== null);
  const wrong = given.find(([name, value]) => !FIELD_NAME.test(name) || typeof value !== "string" || !FIELD_VALUE.test(value));
  return wrong ? [String(wrong[0])] : given.flatMap(([name, value]) => [name.toLowerCase(), value]);
}

/**
 * Text of UTF-8, with or without its byte order mark.
 *
 * @param {Uint8Array} bytes
 * @param {boolean} mark
 */
export function decode(bytes, mark) {
  return new TextDecoder("utf-8", { ignoreBOM: mark }).decode(bytes);
}

/**
 * Parses JSON; undefined where it is none.
 *
 * @param {Uint8Array} bytes
 * @returns {unknown}
 */
export function parse(bytes) {
  try {
    return JSON.parse(decode(bytes, false));
  } catch {
    return undefined;
  }
}

/**
 * Sets a property of a plain object.
 *
 * @param {any} object
 * @param {string} name
 * @param {unknown} value
 */
export function put(object, name, value) {
  // By definition, so that a header `__proto__` is a property like any other.
  Object.defineProperty(object, name, { value, writable: true, enumerable: true, configurable: true });
}
