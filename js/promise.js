// @ts-check
// The promise of a call: it resolves with the result, and gives the whole response to those who ask for it. The stack of its
// error reaches the caller's line.
import { CloudError } from "./errors.js";
import { drive } from "./bindings/driver.js";
import { needRoom } from "./bindings/stack.js";

/** @import { CloudPromise, CoreFuture, WithResponse } from "./generated/client_bg.js" */

/**
 * What the wasm has begun.
 *
 * @typedef {{ future: CoreFuture, signal: AbortSignal | undefined }} Started
 */

/**
 * Runs a call, and gives its promise the method `withResponse`.
 *
 * @template T
 * @param {() => Started} start
 * @param {(data: any) => T} [result] what becomes of the response's data
 * @returns {CloudPromise<T>}
 */
export function cloudPromise(start, result = same) {
  // Before there is a promise: one that has rejected, and that an overflow loses on its way, would end the process.
  needRoom();
  /** @type {WithResponse<T>} */
  let full;
  const promise = traced(start, (/** @type {WithResponse<any>} */ response) => {
    response.data = result(response.data);
    full = response;
    return full.data;
  });
  const withResponse = async () => {
    await promise;
    return full;
  };
  const property = /** @type {PropertyDescriptor} */ ({ __proto__: null, value: withResponse });
  return Object.defineProperty(/** @type {any} */ (promise), "withResponse", property);
}

const same = (/** @type {any} */ value) => value;

/**
 * Drives what is started, in the caller's context. An error of ours gets the stack of this place: of the ten frames that V8
 * keeps, those of the wasm would leave none for the caller's line.
 *
 * @param {() => Started} start
 * @param {(value: any) => any} [result]
 * @returns {Promise<any>}
 */
export async function traced(start, result = same) {
  try {
    const { future, signal } = start();
    // Awaited here, so that the chain of awaits reaches the caller.
    return result(await drive(future, signal));
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
