// @ts-check
// The promise of a call: a native promise of the result, whose method `withResponse` gives the whole response.
import { drive } from "./bindings/driver.js";
import { needRoom } from "./bindings/stack.js";
import { headersOfLines } from "./bindings/values.js";

/**
 * @import { CloudPromise, WithResponse } from "./generated/client_bg.js"
 * @import { Prepared } from "./bindings/driver.js"
 */

/**
 * Reads the arguments of a call at once, since the caller may change them later. Their errors reject the promise of the call.
 *
 * @param {() => Prepared} read
 * @returns {Prepared}
 */
export function prepared(read) {
  try {
    return read();
  } catch (error) {
    // At the end of the stack any error may be the engine's.
    needRoom();
    const start = () => {
      throw error;
    };
    return { start };
  }
}

/**
 * Drives a call, and adds the method `withResponse` to its promise.
 *
 * @template T
 * @param {Prepared} call
 * @param {(data: any) => T} [result] maps the data of the response to the result of the promise
 * @returns {CloudPromise<T>}
 */
export function cloudPromise(call, result) {
  /** @type {any} */
  let response;
  const promise = drive(call, (full) => {
    response = full;
    if (result !== undefined) response.data = result(response.data);
    return response.data;
  });
  /** @returns {Promise<WithResponse<T>>} */
  const withResponse = async () => {
    await promise;
    // Most calls are not asked for their headers, which stay one text until then.
    if (typeof response.headers === "string") response.headers = headersOfLines(response.headers);
    return response;
  };
  return defined(promise, "withResponse", withResponse, call);
}

/**
 * Adds a hidden property to the promise of a call. At the end of the stack this throws, and the caller has no promise: then nothing is
 * sent, and no rejection is left that nobody handles.
 *
 * @param {any} promise
 * @param {string | symbol} name
 * @param {unknown} value
 * @param {Prepared} call
 */
export function defined(promise, name, value, call) {
  try {
    return Object.defineProperty(promise, name, /** @type {PropertyDescriptor} */ ({ __proto__: null, value }));
  } catch (overflow) {
    call.start = () => undefined;
    throw overflow;
  }
}
