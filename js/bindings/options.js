// Checks options objects. Options are described as texts such as `timeoutMs:from:1`: the name, the kind, and the kind's
// parameter. Each caller of the check passes its own description.

import { describe, describeInstance, get, isObject, isPlain } from "./values.js";

/** @typedef {{ fits(value: any, detail: string): boolean, words(detail: string): string }} Kind */

/** @type {Record<string, Kind>} */
const KINDS = {
  any: { fits: () => true, words: () => "" },
  items: { fits: Array.isArray, words: () => "an array" },
  chances: { fits: isPlain, words: () => "an object of names and probabilities" },
  text: { fits: (value) => typeof value === "string" && value !== "", words: () => "a string that is not empty" },
  from: {
    fits: (value, least) => Number.isFinite(value) && value >= Number(least),
    words: (least) => `a number of at least ${least}`,
  },
  above: {
    fits: (value, bound) => Number.isFinite(value) && value > Number(bound),
    words: (bound) => `a number above ${bound}`,
  },
  limit: {
    fits: (value) =>
      value === false ||
      (isObject(value) &&
        KINDS.whole.fits(get(value, "requests"), "1") &&
        KINDS.from.fits(get(value, "perMs"), "1") &&
        Object.keys(value).every((name) => name === "requests" || name === "perMs")),
    words: () => "{ requests, perMs } or false",
  },
  limiter: {
    fits: (value) => KINDS.limit.fits(value, "") || typeof get(value, "acquire") === "function",
    words: () => "{ requests, perMs }, a RateLimiter, { acquire }, or false",
  },
  whole: {
    fits: (value, least) => Number.isInteger(value) && value >= Number(least),
    words: (least) => `a whole number of at least ${least}`,
  },
  flag: { fits: (value) => typeof value === "boolean", words: () => "true or false" },
  word: {
    fits: (value, words) => words.split("|").includes(value),
    words: (words) =>
      words
        .split("|")
        .map((word) => `"${word}"`)
        .join(" or "),
  },
  function: { fits: (value) => typeof value === "function", words: () => "a function" },
  // A Headers object, a Map or a list of pairs is iterated; of other classes there is nothing to read.
  headers: {
    fits: (value) => typeof value === "object" && (isPlain(value) || typeof value[Symbol.iterator] === "function"),
    words: () => "a plain object of names and values, Headers, or a list of pairs",
  },
  methods: {
    fits: (value, names) => names.split("|").every((name) => typeof get(value, name) === "function"),
    words: (names) => `an object with ${names.replaceAll("|", " and ")}`,
  },
};

/** The most characters of a word that a message shows. */
const LONGEST_WORD = 20;

/** @typedef {{ name: string, kind: Kind, detail: string }} Known */

/** Parsed descriptions, by their text: there are few, and each is parsed once. @type {Map<string, Known[]>} */
const read = new Map();

/** @param {string} known */
function parsed(known) {
  const before = read.get(known);
  if (before) return before;
  const all = known.split(" ").map((one) => {
    const [name, kind, detail] = one.split(":");
    return { name, kind: KINDS[kind], detail };
  });
  read.set(known, all);
  return all;
}

/**
 * A value that does not fit. The text of a string may be a secret, but for the options that take one of a few words.
 *
 * @param {unknown} value
 * @param {Kind} kind
 */
function shown(value, kind) {
  if (kind === KINDS.word && typeof value === "string" && value.length <= LONGEST_WORD) return JSON.stringify(value);
  return isObject(value) && !isPlain(value) ? describeInstance(value) : describe(value);
}

/**
 * The fault of an options object: none; a sentence; or the name of an unknown option, followed by the known names.
 *
 * @param {any} options
 * @param {string} known
 * @returns {string[] | undefined}
 */
export function fault(options, known) {
  if (options === undefined || options === null) return undefined;
  try {
    if (!isObject(options)) return [`the options must be an object, received ${describe(options)}`];
    // The properties of a class instance would be ignored silently: its abort, its headers, its entries.
    if (!isPlain(options)) return [`the options must be a plain object, received ${describeInstance(options)}`];
    const all = parsed(known);
    const unknown = Object.keys(options).find((name) => !all.some((one) => one.name === name));
    if (unknown !== undefined) return [unknown, ...all.map(({ name }) => name)];
    for (const { name, kind, detail } of all) {
      const value = get(options, name) ?? undefined;
      if (value !== undefined && !kind.fits(value, detail)) {
        return [`${name} must be ${kind.words(detail)}, received ${shown(value, kind)}`];
      }
    }
    return undefined;
  } catch {
    // A proxy or a getter has thrown. The exception must not unwind through the Rust code that called this.
    return ["the options cannot be read"];
  }
}
