// @ts-check
// Converts values to JSON. JSON.stringify drops or changes some values silently; this reports each of them with its path, so that
// no request differs from its arguments.
import { describe, unpolluted } from "./bindings/values.js";

/**
 * Reports an item that JSON cannot represent: its path from the value itself, and a description.
 *
 * @typedef {(path: (string | number)[], received: string) => void} Refuse
 */

/** The longest request, in characters. Filling the memory of the wasm would make all later calls fail. */
const LONGEST = 16_777_216;

/** The deepest nesting. Deeper JSON is a mistake and could exhaust the stack; the contract's schemas nest 6 deep. */
const DEEPEST = 256;

/** Classes of the language and the web whose instances JSON.stringify writes as `{}`, or cannot write. */
const WITHOUT_JSON = new Set(
  "Map Set WeakMap WeakSet WeakRef Promise RegExp BigInt Symbol ArrayBuffer SharedArrayBuffer DataView Headers FormData URLSearchParams Blob File ReadableStream".split(
    " ",
  ),
);

/**
 * Writes a value as JSON.stringify does: `toJSON` is called, and undefined properties are omitted. An item that JSON cannot
 * represent (a bigint, a symbol, a function, NaN, a Map, a cycle) is refused with its path, and null is written in its place.
 * Errors of the value's own code are rethrown.
 *
 * @param {unknown} value
 * @param {Refuse} refuse
 * @returns {string}
 */
export function json(value, refuse) {
  // The fast path for most arguments: a string has no items.
  if (typeof value === "string") return short(JSON.stringify(value), refuse);
  /** The objects that contain the current item, outermost first, each with its key. @type {{ object: object, key: string }[]} */
  const around = [];
  /** @this {any} @param {string} key @param {any} item */
  const replace = function (key, item) {
    while (around.length > 0 && around.at(-1)?.object !== this) around.pop();
    const isWhole = around.length === 0;
    const received = around.length < DEEPEST ? unwritable(this, key, item, isWhole) : "a value that is nested too deep";
    const loops = received === undefined && around.some(({ object }) => object === item);
    if (received === undefined && !loops) {
      if (typeof item === "object" && item !== null) around.push({ object: item, key });
      return item;
    }
    // The first step is the value itself, whose key is an empty string.
    const steps = [...around, { object: this, key }].slice(1);
    const path = steps.map(({ key }, index) => (Array.isArray(around[index]?.object) ? Number(key) : key));
    refuse(around.length < DEEPEST ? path : path.slice(0, 1), received ?? "an object that holds itself");
    return null;
  };
  return short(JSON.stringify(value, unpolluted(replace)), refuse);
}

/**
 * @param {string} text
 * @param {Refuse} refuse
 */
function short(text, refuse) {
  if (text.length <= LONGEST) return text;
  refuse([], `more than ${LONGEST} characters`);
  return "null";
}

/**
 * Describes an item that JSON cannot represent; gives undefined for any other.
 *
 * @param {any} holder
 * @param {string} key
 * @param {unknown} item
 * @param {boolean} isWhole whether it is the value itself
 * @returns {string | undefined}
 */
function unwritable(holder, key, item, isWhole) {
  switch (typeof item) {
    case "string":
    case "boolean":
      return undefined;
    case "number":
      return Number.isFinite(item) ? undefined : String(item);
    case "undefined":
      // JSON omits undefined properties, but writes undefined array items as null.
      return isWhole || Array.isArray(holder) ? describe(item) : undefined;
    case "object": {
      if (item === null) return isInvalidDate(holder, key) ? "an invalid Date" : undefined;
      const kind = Object.prototype.toString.call(item).slice("[object ".length, -"]".length);
      return WITHOUT_JSON.has(kind) || ArrayBuffer.isView(item) ? `a value of type ${kind}` : undefined;
    }
    default:
      return describe(item);
  }
}

/**
 * Whether a null is the JSON of an invalid Date.
 *
 * @param {any} holder
 * @param {string} key
 */
function isInvalidDate(holder, key) {
  // Read from the descriptor, so that a getter is not called a second time.
  const value = Object.getOwnPropertyDescriptor(holder, key)?.value;
  return Object.prototype.toString.call(value) === "[object Date]";
}
