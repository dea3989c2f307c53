// Room on the stack. A stack overflow inside wasm skips destructors and poisons the instance, also where the caller catches
// it. So each entry into the wasm asks first: here is the one place that does, for both modules.

/**
 * As many arguments take 64 KiB of the stack. V8 throws for arguments only some 32 KiB behind the end that it keeps for frames:
 * with half as many, there is no room for a single frame where it throws, with these for hundreds (tests/package/node.test.mjs).
 */
const ROOM = new Array(8_192).fill(0);

/**
 * How many entries may be on the stack at once: the caller's own code, such as a getter, can enter again from inside of one.
 * The wasm has a second stack, of which the engine knows nothing, and each takes its part of it.
 */
const DEEPEST = 16;

let depth = 0;

/** @param {unknown} [first] */
const isMissing = (first) => first !== 0;

/**
 * Throws a RangeError (in Firefox an InternalError) where little of the stack is left.
 */
export function needRoom() {
  // Something hangs on it, since bundlers drop a call of which nothing comes; it is never so.
  if (isMissing.apply(undefined, /** @type {[]} */ (/** @type {unknown} */ (ROOM)))) throw new RangeError("no room on the stack");
}

/**
 * Runs what enters the wasm, where there is room for it.
 *
 * @template T
 * @param {() => T} run
 * @returns {T}
 */
export function enter(run) {
  needRoom();
  return nested(run);
}

/**
 * Runs what enters the wasm at the bottom of the stack, as a microtask is: there is room, and to ask would cost more than
 * many an entry. The caller's own code can enter again from inside of it, and is counted.
 *
 * @template T
 * @param {() => T} run
 * @returns {T}
 */
export function nested(run) {
  if (depth >= DEEPEST) throw new RangeError(`no room for a call inside of ${DEEPEST} others`);
  depth += 1;
  try {
    return run();
  } finally {
    depth -= 1;
  }
}

/**
 * A function that enters the wasm, and asks for room first.
 *
 * @template {(...given: any[]) => any} F
 * @param {F} run
 * @returns {F}
 */
export function guarded(run) {
  return /** @type {F} */ (
    /** @this {unknown} @param {unknown[]} given */
    function (...given) {
      return enter(() => run.apply(this, given));
    }
  );
}

/**
 * A function that enters the wasm where room has been asked for.
 *
 * @template {(...given: any[]) => any} F
 * @param {F} run
 * @returns {F}
 */
function counted(run) {
  return /** @type {F} */ (
    /** @this {unknown} @param {unknown[]} given */
    function (...given) {
      return nested(() => run.apply(this, given));
    }
  );
}

/**
 * A class of the wasm whose constructor, methods, getters and statics ask for room first. Those of its prototype are
 * changed in place, since the wasm makes objects of it, too.
 *
 * @template {new (...given: any[]) => object} C
 * @param {C} Class
 * @param {string} name which minifiers take from the class itself
 * @param {string} [roomy] a method whose callers ask for room themselves: to ask twice would cost a call more than all else
 * @returns {C}
 */
export function guardedClass(Class, name, roomy) {
  for (const holder of [Class.prototype, Class]) {
    for (const key of Reflect.ownKeys(holder)) {
      const property = /** @type {PropertyDescriptor} */ ({ __proto__: null, ...Reflect.getOwnPropertyDescriptor(holder, key) });
      // Of the class itself, what wasm-bindgen's own code calls when an entry has returned stays as it is.
      if (key === "constructor" || key === "prototype" || String(key).startsWith("__")) continue;
      if (typeof property.get === "function") property.get = guarded(property.get);
      else if (typeof property.value === "function") property.value = key === roomy ? counted(property.value) : guarded(property.value);
      else continue;
      Object.defineProperty(holder, key, property);
    }
  }
  const Guarded = class extends Class {
    /** @param {any[]} given */
    constructor(...given) {
      needRoom();
      super(...given);
    }
  };
  Object.defineProperty(Guarded, "name", /** @type {PropertyDescriptor} */ ({ __proto__: null, value: name, configurable: true }));
  return Guarded;
}
