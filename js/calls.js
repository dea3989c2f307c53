// @ts-check
// Calls, lists and waits as the methods of the resources make them: reads the arguments once, hands them to the wasm, and gives the
// promise. Nothing starts after the client has been freed.
import { drive } from "./bindings/driver.js";
import { needRoom } from "./bindings/stack.js";
import { ConfigurationError } from "./errors.js";
import { hidden } from "./hidden.js";
import { callOptions, headersOf, waitOptions } from "./options.js";
import { paged } from "./pages.js";
import { written } from "./parameters.js";
import { cloudPromise, retraced, traced } from "./promise.js";
import { read as readOptions } from "./read.js";

/**
 * @import { CallOptions, CloudPromise, CoreCall, PagePromise, WaitOptions } from "./generated/client_bg.js"
 * @import { Pages } from "./pages.js"
 * @import { parts } from "./parameters.js"
 * @import { StatesGoal, WaitGoal } from "./options.js"
 * @import { Core } from "./wasm.js"
 */

/**
 * What the resources of a client share: its core, and how their methods call the service.
 *
 * @typedef {object} Inner
 * @property {Core} core
 * @property {string | undefined} authorization the client's own, which the helpers compare and send nowhere else
 * @property {(url: string, init: any) => Promise<any>} fetch the client's, for addresses beside the API
 * @property {ReturnType<typeof caller>} call
 * @property {ReturnType<typeof lister>} list
 * @property {ReturnType<typeof waiter>} waitFor
 */

/**
 * @param {object} owner a client or a resource
 * @returns {Inner}
 */
export const innerOf = (owner) => hidden(owner);

/** @param {object} owner a client or a resource */
export const coreOf = (owner) => innerOf(owner).core;

/** @type {WeakSet<Core>} */
const freed = new WeakSet();

/**
 * Frees a core, once.
 *
 * @param {Core} core
 */
export function free(core) {
  if (freed.has(core)) return;
  core.free();
  freed.add(core);
}

/**
 * Gives the core, unless the client has been freed. Called after the caller's arguments have been read: a getter among them
 * may free the client.
 *
 * @param {Core} core
 * @param {string} what the call, for the error
 */
export function alive(core, what) {
  if (freed.has(core)) throw new ConfigurationError(`${what}: the client has been freed, make another one`);
  return core;
}

/**
 * Reads the arguments of a call.
 *
 * @param {string} operation
 * @param {object | undefined} parameters
 * @param {CallOptions | undefined} options
 * @param {typeof parts} read
 * @returns {{ call: CoreCall, signal: AbortSignal | undefined }}
 */
function prepared(operation, parameters, options, read) {
  const { path, query, body, refused } = read(operation, parameters);
  const { timeoutMs, headers, signal } = callOptions(operation, options);
  return { call: { operation, path, query, body, refused, timeoutMs, headers }, signal };
}

/**
 * Gives the function that carries out one operation of a client.
 *
 * @param {Core} core
 * @param {typeof parts} [read] reads the parameters; those of generated methods have no unknown names to check for
 * @returns {(operation: string, parameters?: object, options?: CallOptions) => CloudPromise<any>}
 */
export const caller =
  (core, read = written) =>
  (operation, parameters, options) =>
    cloudPromise(() => {
      const { call, signal } = prepared(String(operation), parameters, options, read);
      return { future: alive(core, call.operation).call(call), signal };
    });

/**
 * Gives the function that carries out an operation whose result is a page of a list. The promise is that of the first page; it also
 * iterates over the items of all pages.
 *
 * @param {Core} core
 * @returns {(operation: string, parameters: object, options: CallOptions | undefined, pages: Pages) => PagePromise<any, any>}
 */
export const lister = (core) => (operation, parameters, options, pages) => {
  /** @type {ReturnType<typeof prepared>} */
  let first;
  const page = cloudPromise(() => {
    first = prepared(operation, parameters, options, written);
    return { future: alive(core, operation).call(first.call), signal: first.signal };
  });
  // The same arguments and the same signal as the first page, but for the place in the list.
  const next = (/** @type {string[]} */ query) =>
    cloudPromise(() => ({ future: alive(core, operation).call({ ...first.call, query }), signal: first.signal }));
  return paged(page, operation, pages, () => first.call.query, next);
};

/**
 * Gives the function that waits for a resource.
 *
 * @param {Core} core
 * @returns {(helper: string, path: object, states: unknown, options: WaitOptions<any> | undefined) => Promise<any>}
 */
export const waiter = (core) => (helper, path, states, options) => wait(core, helper, { path }, options, () => statesGoal(helper, states));

/**
 * The goal of certain states, or of any in which the resource rests.
 *
 * @param {string} waiter
 * @param {unknown} given
 * @returns {StatesGoal}
 */
export function statesGoal(waiter, given) {
  /** @type {any[]} */
  const states = given === undefined ? [] : [given].flat();
  const isEmpty = given !== undefined && states.length === 0;
  if (isEmpty || states.some((one) => typeof one !== "string" || one.length === 0)) {
    throw new ConfigurationError(`${waiter}: expects a state, or a list of states, before the options`);
  }
  return { goal: "states", waiter, states, leastVersion: undefined };
}

/**
 * Starts a wait and gives its promise.
 *
 * @template {WaitOptions<any>} T
 * @param {Core} core
 * @param {string} helper
 * @param {{ path: object }} parameters
 * @param {T | undefined} options
 * @param {(options: Partial<T>) => WaitGoal} goal
 * @param {string} [own] the specification of an option that only this helper has, as `read` takes it
 * @returns {Promise<any>}
 */
export function wait(core, helper, parameters, options, goal, own) {
  return traced(() => {
    const request = written(helper, parameters);
    const { signal, given, all } = waitOptions(helper, options, own);
    const call = { ...request, ...given, ...goal(all) };
    return { future: alive(core, helper).wait(call), signal };
  });
}

/**
 * Several requests of one helper, with the options that its caller gave once.
 *
 * @typedef {object} Sequence
 * @property {Core} core
 * @property {AbortSignal | undefined} signal
 * @property {string[]} headers
 * @property {(operation: string, parameters?: object, headers?: string[]) => Promise<any>} call resolves with the result
 */

/**
 * Runs a helper that makes several requests. It has a handle of its own: freeing the client meanwhile loses nothing that was made.
 *
 * @template T
 * @param {object} owner the resource
 * @param {string} helper
 * @param {{ signal?: AbortSignal | undefined, timeoutMs?: number | undefined, headers: string[] }} options
 * @param {(sequence: Sequence) => Promise<T>} run
 * @returns {Promise<T>}
 */
export async function inSequence(owner, helper, { signal, timeoutMs, headers }, run) {
  const core = alive(coreOf(owner), helper).share();
  try {
    needRoom();
    return await run({
      core,
      signal,
      headers,
      async call(operation, parameters, more = []) {
        const request = { operation, ...written(operation, parameters), timeoutMs, headers: [...headers, ...more] };
        return (await drive(core.call(request), signal)).data;
      },
    });
  } catch (error) {
    throw retraced(error);
  } finally {
    core.free();
  }
}

/**
 * Reads the options of a helper that makes several requests.
 *
 * @template {CallOptions} T
 * @param {string} helper
 * @param {T | undefined} options
 * @param {string} own the specifications of its own options
 */
export function sequenceOptions(helper, options, own) {
  const all = readOptions(helper, options, `${own} timeoutMs:from:1 signal:methods:addEventListener|removeEventListener headers:headers`);
  return { all, given: { signal: all.signal, timeoutMs: all.timeoutMs, headers: headersOf(helper, all.headers) } };
}
