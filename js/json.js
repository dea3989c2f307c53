// @ts-check
// Values as JSON, and what JSON cannot hold, each with its place.
import { describe, unpolluted } from "./bindings/values.js";

/**
 * What stands where in a value that is not JSON: a path of names and indices from the value itself, and what it is.
 *
 * @typedef {(path: (string | number)[], received: string) => void} Refuse
 */

/** No request is longer. One that filled the memory of the wasm would end it for all later calls. */
const LONGEST = 16_777_216;

/** JSON that nests deeper is a mistake, and would use up the stack. The contract's own nests 6 deep. */
const DEEPEST = 256;

/** Objects of the language and of the web of which JSON.stringify makes `{}`, or nothing that can be read again. */
const WITHOUT_JSON = new Set(
  "Map Set WeakMap WeakSet WeakRef Promise RegExp BigInt Symbol ArrayBuffer SharedArrayBuffer DataView Headers FormData URLSearchParams Blob File ReadableStream".split(
    " ",
  ),
);

/**
 * A value as JSON.stringify writes it: `toJSON` is honoured, and properties that are undefined are left out. What JSON
 * cannot hold (a bigint, a symbol, a function, NaN, a Map, a loop) is refused with its path, and null stands there. What
 * the value's own code throws is thrown.
 *
 * @param {unknown} value
 * @param {Refuse} refuse
 * @returns {string}
 */
export function json(value, refuse) {
  // Text has nothing in it that could be refused; most arguments are one.
  if (typeof value === "string") return short(JSON.stringify(value), refuse);
  /** The objects around the value, each with its key. @type {{ object: object, key: string }[]} */
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
    // The key of the value itself is an empty string.
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
 * What an item is, where JSON cannot hold it.
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
      // A property that is undefined is not there; an item is.
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
 * Whether null has come of a date that is none.
 *
 * @param {any} holder
 * @param {string} key
 */
function isInvalidDate(holder, key) {
  // By its descriptor: a getter is called once.
  const value = Object.getOwnPropertyDescriptor(holder, key)?.value;
  return Object.prototype.toString.call(value) === "[object Date]";
}
