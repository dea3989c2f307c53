// Checks for free stack before wasm is entered. A stack overflow inside wasm skips destructors and poisons the instance, even if
// the caller catches it. Every entry into either wasm module goes through this file.

/**
 * Passing this many arguments takes 64 KiB of stack. V8 throws for arguments only some 32 KiB beyond the limit that it has for
 * frames: half as many would leave no space for a single frame where it throws, these leave it for hundreds
 * (tests/package/node.test.mjs).
 */
const ROOM = new Array(8_192).fill(0);

/**
 * The most entries that may be on the stack at once: the caller's code, such as a getter, can enter again from inside an entry.
 * The wasm has a second stack, which the engine does not check, and each entry uses a part of it.
 */
const DEEPEST = 16;

let depth = 0;

/** @param {unknown} [first] */
const isMissing = (first) => first !== 0;

/**
 * Throws a RangeError (in Firefox an InternalError) if little of the stack is left.
 */
export function needRoom() {
  // The condition is never true. It uses the result because bundlers drop a call without a used result.
  if (isMissing.apply(undefined, /** @type {[]} */ (/** @type {unknown} */ (ROOM)))) throw new RangeError("no room on the stack");
}

/**
 * Enters the wasm if there is enough stack.
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
 * Enters the wasm from the bottom of the stack, as in a microtask. No check is needed, and it would cost more than many an entry.
 * The entry is counted, since the caller's code can enter again from inside it.
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
 * Wraps a function that enters the wasm, with the check for free stack.
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
 * Wraps a function that enters the wasm where the check has been made already.
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
 * Replaces the methods and getters of a class of the wasm, or of its prototype, in place: the wasm creates objects of the class, too.
 *
 * @param {object} holder
 * @param {(run: (...given: any[]) => any, key: string | symbol) => (...given: any[]) => any} wrap
 */
export function wrapMethods(holder, wrap) {
  for (const key of Reflect.ownKeys(holder)) {
    const property = /** @type {PropertyDescriptor} */ ({ __proto__: null, ...Reflect.getOwnPropertyDescriptor(holder, key) });
    // Statics that wasm-bindgen's own code calls after an entry has returned stay as they are.
    if (key === "constructor" || key === "prototype" || String(key).startsWith("__")) continue;
    if (typeof property.get === "function") property.get = wrap(property.get, key);
    else if (typeof property.value === "function") property.value = wrap(property.value, key);
    else continue;
    Object.defineProperty(holder, key, property);
  }
}

/**
 * Wraps a class of the wasm: its constructor, methods, getters and statics check for free stack.
 *
 * @template {new (...given: any[]) => object} C
 * @param {C} Class
 * @param {string} name which minifiers take from the class itself
 * @param {string} [roomy] a method whose callers make the check themselves: a second check would cost a call more than all else
 * @returns {C}
 */
export function guardedClass(Class, name, roomy) {
  for (const holder of [Class.prototype, Class]) wrapMethods(holder, (run, key) => (key === roomy ? counted(run) : guarded(run)));
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
