// Reads and builds JavaScript values for Rust. Each function tolerates values of any kind and realm; decisions are made in Rust.

import { needRoom } from "./stack.js";

/**
 * An own or inherited property; undefined if there is none, or if its getter throws. Properties of `Object.prototype` are
 * ignored: other code may have polluted it.
 *
 * @param {any} object
 * @param {string | symbol} name
 * @returns {unknown}
 */
export function get(object, name) {
  try {
    // No exception for a value that is no object: throwing would cost a call more than all else.
    const value = object?.[name];
    return value === undefined || !Object.hasOwn(Object.prototype, name) || has(object, name) ? value : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Whether an object has a property, own or inherited, other than from `Object.prototype`.
 *
 * @param {any} object
 * @param {string | symbol} name
 */
export function has(object, name) {
  for (let at = Object(object); at !== null && at !== Object.prototype; at = Object.getPrototypeOf(at)) {
    if (Object.hasOwn(at, name)) return true;
  }
  return false;
}

/**
 * A copy without a prototype that has only an object's own properties. Destructuring, spreading and the runtime's own functions
 * look up missing options in `Object.prototype`.
 *
 * @template T
 * @param {T} object null and undefined count as empty
 * @returns {T & {}}
 */
export function withoutPrototype(object) {
  return /** @type {any} */ ({ __proto__: null, ...object });
}

/**
 * Options for a function of the runtime: a plain object becomes a copy with its own properties only; an object of a class, such as
 * a Request, stays as it is.
 *
 * @param {unknown} value
 */
export function dictionary(value) {
  return isObject(value) && Object.getPrototypeOf(value) === Object.prototype ? withoutPrototype(value) : value;
}

/**
 * A replacer for `JSON.stringify` that ignores a `toJSON` of a polluted `Object.prototype`.
 *
 * @param {(this: any, key: string, value: any) => any} [replacer]
 */
export function unpolluted(replacer) {
  if (!Object.hasOwn(Object.prototype, "toJSON")) return replacer;
  /** @this {any} @param {string} key @param {unknown} value */
  return function (key, value) {
    const given = this[key];
    // For these types of values JSON.stringify looks up toJSON.
    const asked = typeof given === "object" || typeof given === "function" || typeof given === "bigint";
    const meant = asked && !has(given, "toJSON") ? given : value;
    return replacer ? replacer.call(this, key, meant) : meant;
  };
}

/**
 * Whether a value is an object other than a list.
 *
 * @param {unknown} value
 */
export function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Whether a value is a plain object, of this realm or another one: all its data is in its own properties, not hidden in a class
 * as in a Map, a Date or an AbortSignal.
 *
 * @param {unknown} value
 */
export function isPlain(value) {
  if (!isObject(value)) return false;
  const prototype = Object.getPrototypeOf(value);
  // Only Object.prototype, of any realm, has no prototype itself.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/**
 * Describes the class of an object, with advice for objects that belong in an option.
 *
 * @param {unknown} value an object that is not plain
 */
export function describeInstance(value) {
  needRoom();
  const name = Object.prototype.toString.call(value).slice(8, -1);
  const received =
    name === "Object" || !/^\w{1,40}$/.test(name) ? "an instance of a class" : `${/^[AEIO]/.test(name) ? "an" : "a"} ${name}`;
  return `${received}${HINTS[name] ?? ""}`;
}

/** @type {Record<string, string | undefined>} */
const HINTS = {
  AbortSignal: ": write { signal }",
  AbortController: ": write { signal: controller.signal }",
  Headers: ": write { headers }",
};

/**
 * The names of an object's own properties; empty for any other value.
 *
 * @param {unknown} value
 */
export function keys(value) {
  return isObject(value) ? Object.keys(/** @type {object} */ (value)) : [];
}

/**
 * An item of a list; undefined beyond its end, and if the value is no list.
 *
 * @param {unknown} list
 * @param {number} index
 * @returns {unknown}
 */
export function item(list, index) {
  return Array.isArray(list) && Object.hasOwn(list, index) ? list[index] : undefined;
}

/**
 * Describes a value without showing any text of it, since it may be a secret.
 *
 * @param {unknown} value
 */
export function describe(value) {
  if (typeof value === "number" || value === null) return String(value);
  if (Array.isArray(value)) return "an array";
  return value === "" ? "an empty string" : `a value of type ${typeof value}`;
}

/**
 * The bytes of a string, as UTF-8, or of a Uint8Array, for Rust to copy.
 *
 * @param {unknown} value
 */
export function bytes(value) {
  try {
    if (typeof value === "string") return new TextEncoder().encode(value);
    return isBytes(value) ? viewOf(value) : undefined;
  } catch {
    // The buffer has been transferred to another thread.
    return undefined;
  }
}

/** The engine's own getters. They recognize objects of every realm and are not deceived by lookalikes. */
const TypedArray = Object.getPrototypeOf(Uint8Array.prototype);
const kindOf = getter(TypedArray, Symbol.toStringTag);
const bufferOf = getter(TypedArray, "buffer");
const startOf = getter(TypedArray, "byteOffset");
const lengthOf = getter(TypedArray, "byteLength");
const sizeOf = getter(ArrayBuffer.prototype, "byteLength");

/**
 * @param {object} prototype
 * @param {string | symbol} name
 */
function getter(prototype, name) {
  return /** @type {() => any} */ (Reflect.getOwnPropertyDescriptor(prototype, name)?.get);
}

/**
 * Whether a value is a Uint8Array, of this realm or another one, such as a frame, a vm context or jsdom.
 *
 * @param {unknown} value
 * @returns {value is Uint8Array<ArrayBuffer>}
 */
function isBytes(value) {
  return ArrayBuffer.isView(value) && kindOf.call(value) === "Uint8Array";
}

/**
 * The same bytes through a view of this realm's class: a subclass may report a wrong length, which would reach beyond the memory that
 * wasm has for them.
 *
 * @param {Uint8Array<ArrayBuffer>} array
 * @returns {Uint8Array<ArrayBuffer>}
 */
function viewOf(array) {
  return new Uint8Array(bufferOf.call(array), startOf.call(array), lengthOf.call(array));
}

/**
 * The bytes of a buffer or of a view, of any realm; undefined for other values. They are not copied.
 *
 * @param {any} value
 * @returns {Uint8Array<ArrayBuffer> | undefined}
 */
export function bytesOf(value) {
  try {
    if (isBytes(value)) return viewOf(value);
    if (ArrayBuffer.isView(value)) return new Uint8Array(/** @type {ArrayBuffer} */ (value.buffer), value.byteOffset, value.byteLength);
    sizeOf.call(value);
    return new Uint8Array(value);
  } catch {
    return undefined;
  }
}

/** The characters that a header value can hold: visible characters, spaces and tabs. */
export const FIELD_VALUE = /^[\t -~]*$/;
export const FIELD_NAME = /^[\w!#$%&'*+.^`|~-]+$/;

/**
 * The names, in lower case, and values of headers, alternately. A list of one name alone: that name or its value is not valid in
 * a header.
 *
 * @param {any} headers
 */
export function headerPairs(headers) {
  if (headers === undefined || headers === null) return [];
  // V8 ends the process where it compiles a regular expression at the end of the stack.
  needRoom();
  // A Headers object is iterable; a plain object is not.
  const pairs = Symbol.iterator in headers ? [...headers] : Object.entries(headers);
  // The items of a Set or list of names are no pairs: their letters would become names and values.
  const single = pairs.find((pair) => typeof pair !== "object" || pair === null);
  if (single !== undefined) return [String(single)];
  const given = pairs.filter(([, value]) => value !== undefined && value !== null);
  const wrong = given.find(([name, value]) => !FIELD_NAME.test(name) || typeof value !== "string" || !FIELD_VALUE.test(value));
  return wrong ? [String(wrong[0])] : given.flatMap(([name, value]) => [name.toLowerCase(), value]);
}

/**
 * A plain object of headers that are given as lines, `name: value` each. In this form they cross between Rust and JavaScript as one
 * text. No name and no value holds a line break, and no name a colon.
 *
 * @param {string} lines
 */
export function headersOfLines(lines) {
  /** @type {Record<string, string>} */
  const headers = {};
  if (lines === "") return headers;
  for (const line of lines.split("\n")) {
    const colon = line.indexOf(": ");
    put(headers, line.slice(0, colon), line.slice(colon + 2));
  }
  return headers;
}

/**
 * Decodes UTF-8, with or without its byte order mark.
 *
 * @param {Uint8Array} bytes
 * @param {boolean} mark
 */
export function decode(bytes, mark) {
  const decoder = (decoders[Number(mark)] ??= new TextDecoder("utf-8", withoutPrototype({ ignoreBOM: mark })));
  return decoder.decode(bytes);
}

/** Created on first use: some runtimes lack the class while the package is loaded. @type {(TextDecoder | undefined)[]} */
const decoders = [undefined, undefined];

/**
 * Parses JSON; undefined if it is invalid.
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
  // A name that the object does not inherit can be assigned.
  if (!(name in object)) object[name] = value;
  // Defined, so that a header named `__proto__` becomes an ordinary property.
  else Object.defineProperty(object, name, withoutPrototype({ value, writable: true, enumerable: true, configurable: true }));
}
