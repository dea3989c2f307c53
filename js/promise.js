// @ts-check
// The promise of a call: a native promise of the result, whose method `withResponse` gives the whole response. The stack of an
// error reaches the line of the caller.
import { CloudError } from "./errors.js";
import { drive } from "./bindings/driver.js";
import { needRoom } from "./bindings/stack.js";

/** @import { CloudPromise, CoreFuture, WithResponse } from "./generated/client_bg.js" */

/**
 * A call or wait that the wasm has started.
 *
 * @typedef {{ future: CoreFuture, signal: AbortSignal | undefined }} Started
 */

/**
 * Runs a call, and adds the method `withResponse` to its promise.
 *
 * @template T
 * @param {() => Started} start
 * @param {(data: any) => T} [result] maps the data of the response to the result of the promise
 * @returns {CloudPromise<T>}
 */
export function cloudPromise(start, result = same) {
  // Checked before a promise exists: a stack overflow could lose a rejected promise, which would end the process.
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
 * Drives a started call in the caller's context. Errors of this package get a new stack here: V8 records ten frames, and the
 * frames of the wasm could push out the caller's line.
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
 * Replaces the stack of an error of this package, so that it has no frames of the wasm.
 *
 * @template E
 * @param {E} error
 * @returns {E}
 */
export function retraced(error) {
  if (CloudError.is(error)) /** @type {any} */ (Error).captureStackTrace?.(error, retraced);
  return error;
}
