// @ts-check
// The promise of a call: it resolves with the result, and gives the whole response to those who ask for it. The stack of its
// error reaches the caller's line.
import { CloudError } from "./errors.js";
import { needRoom } from "./bindings/stack.js";

/** @import { CloudPromise, WithResponse } from "./generated/client_bg.js" */

/**
 * Runs a call, and gives its promise the method `withResponse`.
 *
 * @template T
 * @param {() => Promise<WithResponse<T>>} call
 * @returns {CloudPromise<T>}
 */
export function cloudPromise(call) {
  // Before there is a promise: one that has rejected, and that an overflow loses on its way, would end the process.
  needRoom();
  /** @type {WithResponse<T>} */
  let full;
  const result = traced(async () => {
    full = await call();
    return full.data;
  });
  const withResponse = async () => {
    await result;
    return full;
  };
  const property = /** @type {PropertyDescriptor} */ ({ __proto__: null, value: withResponse });
  return Object.defineProperty(/** @type {any} */ (result), "withResponse", property);
}

/**
 * Runs an async function in the caller's context. An error of ours gets the stack of this place: of the ten frames that V8
 * keeps, those of the wasm would leave none for the caller's line.
 *
 * @template T
 * @param {() => Promise<T>} run
 * @returns {Promise<T>}
 */
export async function traced(run) {
  try {
    // Awaited here, and at once, so that the chain of awaits reaches the caller.
    return await run();
  } catch (error) {
    throw retraced(error);
  }
}

/**
 * @template E
 * @param {E} error
 * @returns {E}
 */
export function retraced(error) {
  if (CloudError.is(error)) /** @type {any} */ (Error).captureStackTrace?.(error, retraced);
  return error;
}
