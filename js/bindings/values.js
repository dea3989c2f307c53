// Values of JavaScript, read for Rust: what they are, what they hold, how they are written. Nothing is decided here.

/**
 * A property, an object's own or its class's; undefined where there is none, or where its getter throws. What only
 * `Object.prototype` has is nobody's: other code may have polluted it.
 *
 * @param {any} object
 * @param {string | symbol} name
 * @returns {unknown}
 */
export function get(object, name) {
  try {
    // Without a throw where there is no object: that would cost a call more than all else.
    const value = object?.[name];
    return value === undefined || !Object.hasOwn(Object.prototype, name) || has(object, name) ? value : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Whether an object or its class has a property, below `Object.prototype`.
 *
 * @param {any} object
 * @param {string | symbol} name
 */
function has(object, name) {
  for (let at = Object(object); at !== null && at !== Object.prototype; at = Object.getPrototypeOf(at)) {
    if (Object.hasOwn(at, name)) return true;
  }
  return false;
}

/**
 * An object that has an object's own properties and no others. Destructuring, spreading and the host's own functions, which
 * take options, read what they do not find in `Object.prototype`.
 *
 * @template T
 * @param {T} object nothing counts as empty
 * @returns {T & {}}
 */
export function alone(object) {
  return /** @type {any} */ ({ __proto__: null, ...object });
}

/**
 * Options as the caller hands them to a function of the host: of a plain object, its own properties and no others; one with a
 * class of its own, such as a Request, as it is.
 *
 * @param {unknown} value
 */
export function dictionary(value) {
  return isObject(value) && Object.getPrototypeOf(value) === Object.prototype ? alone(value) : value;
}

/**
 * A replacer for `JSON.stringify` to which a `toJSON` of a polluted `Object.prototype` is none.
 *
 * @param {(this: any, key: string, value: any) => any} [replacer]
 */
export function unpolluted(replacer) {
  if (!Object.hasOwn(Object.prototype, "toJSON")) return replacer;
  /** @this {any} @param {string} key @param {unknown} value */
  return function (key, value) {
    const given = this[key];
    // These are the values that JSON.stringify asks for a toJSON.
    const asked = typeof given === "object" || typeof given === "function" || typeof given === "bigint";
    const meant = asked && get(given, "toJSON") === undefined ? given : value;
    return replacer ? replacer.call(this, key, meant) : meant;
  };
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
 * Whether a value is a plain object, of this realm or another one: what it holds is its own, and nothing of it is hidden
 * in a class, as all that a Map, a Date or an AbortSignal holds is.
 *
 * @param {unknown} value
 */
export function isPlain(value) {
  if (!isObject(value)) return false;
  const prototype = Object.getPrototypeOf(value);
  // Object.prototype, whichever realm's, is what has no prototype itself.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/**
 * The class of an object, in words, and how to hand it over where it is one that belongs into an option.
 *
 * @param {unknown} value an object that is not plain
 */
export function describeInstance(value) {
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
  return Array.isArray(list) && Object.hasOwn(list, index) ? list[index] : undefined;
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
    return isBytes(value) ? new Uint8Array(value) : undefined;
  } catch {
    // Bytes that have been handed to another thread.
    return undefined;
  }
}

/** The engine's own getters, which know their objects in every realm, and are not deceived by an object that is like one. */
const kindOf = getter(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag);
const sizeOf = getter(ArrayBuffer.prototype, "byteLength");

/**
 * @param {object} prototype
 * @param {string | symbol} name
 */
function getter(prototype, name) {
  return /** @type {() => unknown} */ (Reflect.getOwnPropertyDescriptor(prototype, name)?.get);
}

/**
 * Whether a value is a Uint8Array, of this realm or another one: that of a frame, of a vm context, of jsdom.
 *
 * @param {unknown} value
 * @returns {value is Uint8Array<ArrayBuffer>}
 */
export function isBytes(value) {
  return ArrayBuffer.isView(value) && kindOf.call(value) === "Uint8Array";
}

/**
 * The bytes of a buffer or of a view of one, whatever its realm; undefined where a value is neither.
 *
 * @param {any} value
 * @returns {Uint8Array<ArrayBuffer> | undefined}
 */
export function bytesOf(value) {
  if (isBytes(value)) return value;
  try {
    if (ArrayBuffer.isView(value)) return new Uint8Array(/** @type {ArrayBuffer} */ (value.buffer), value.byteOffset, value.byteLength);
    sizeOf.call(value);
    return new Uint8Array(value);
  } catch {
    return undefined;
  }
}

/** What a header can hold: visible characters, spaces and tabs. */
export const FIELD_VALUE = /^[\t -~]*$/;
export const FIELD_NAME = /^[\w!#$%&'*+.^`|~-]+$/;

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
  // The items of a Set of names, or a list of them, are no pairs: their letters would be names and values.
  const single = pairs.find((pair) => typeof pair !== "object" || pair === null);
  if (single !== undefined) return [String(single)];
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
  const decoder = (decoders[Number(mark)] ??= new TextDecoder("utf-8", alone({ ignoreBOM: mark })));
  return decoder.decode(bytes);
}

/** Made at the first use: not every host has the class when the package is loaded. @type {(TextDecoder | undefined)[]} */
const decoders = [undefined, undefined];

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
  // What the object does not inherit is set as it is.
  if (!(name in object)) object[name] = value;
  // By definition, so that a header `__proto__` is a property like any other.
  else Object.defineProperty(object, name, alone({ value, writable: true, enumerable: true, configurable: true }));
}
