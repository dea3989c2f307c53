// @ts-check
// Calls, lists and waits as the methods of the resources make them: reads the arguments once, hands them to the wasm, and gives the
// promise. Nothing starts after the client has been freed.
import { drive, retraced } from "./bindings/driver.js";
import { needRoom } from "./bindings/stack.js";
import { ConfigurationError } from "./errors.js";
import { hidden } from "./hidden.js";
import { callOptions, headersOf, waitOptions } from "./options.js";
import { iterator } from "./pages.js";
import { written } from "./parameters.js";
import { cloudPromise, defined, prepared } from "./promise.js";
import { read as readOptions } from "./read.js";

/**
 * @import { CallOptions, CloudPromise, CoreCall, CoreFuture, PagePromise, WaitOptions } from "./generated/client_bg.js"
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

/**
 * Whether a core has been freed, and how many calls have begun that have not entered the wasm yet.
 *
 * @typedef {{ isFreed: boolean, starting: number }} Life
 */

/** @type {WeakMap<Core, Life>} */
const lives = new WeakMap();

/** @param {Core} core */
function lifeOf(core) {
  const life = lives.get(core) ?? { isFreed: false, starting: 0 };
  lives.set(core, life);
  return life;
}

/**
 * Frees a core, once: at once, or when the calls that have begun have entered the wasm.
 *
 * @param {Core} core
 */
export function free(core) {
  const life = lifeOf(core);
  if (life.isFreed) return;
  if (life.starting === 0) core.free();
  life.isFreed = true;
}

/**
 * Gives the core, unless the client has been freed. Called after the caller's arguments have been read: a getter among them
 * may free the client.
 *
 * @param {Core} core
 * @param {string} what the call, for the error
 */
export function alive(core, what) {
  if (lifeOf(core).isFreed) throw new ConfigurationError(`${what}: the client has been freed, make another one`);
  return core;
}

/**
 * Gives the function that enters the wasm for a call, later, unless the client has been freed by now. To be called after the caller's
 * arguments have been read, as `alive`.
 *
 * @param {Core} core
 * @param {string} what the call, for the error
 * @param {() => CoreFuture} enter
 */
export function starter(core, what, enter) {
  alive(core, what);
  const life = lifeOf(core);
  life.starting += 1;
  return () => {
    life.starting -= 1;
    try {
      return enter();
    } finally {
      if (life.isFreed && life.starting === 0) core.free();
    }
  };
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
    cloudPromise(
      prepared(() => {
        const name = String(operation);
        const { path, query, body, refused } = read(name, parameters);
        const { signal, ...given } = callOptions(name, options);
        const call = { operation: name, path, query, body, refused, ...given };
        return { start: starter(core, name, () => core.call(call)), signal };
      }),
    );

/**
 * Gives the function that carries out an operation whose result is a page of a list. The promise is that of the first page; it also
 * iterates over the items of all pages.
 *
 * @param {Core} core
 * @returns {(operation: string, parameters: object, options: CallOptions | undefined, pages: Pages) => PagePromise<any, any>}
 */
export const lister = (core) => (operation, parameters, options, pages) => {
  /** The arguments of each page, but for the place in the list. @type {CoreCall & { signal?: AbortSignal | undefined }} */
  let given;
  /** @param {string[]} [query] */
  const page = (query) =>
    prepared(() => {
      given ??= { operation, ...written(operation, parameters), ...callOptions(operation, options) };
      const call = { ...given, query: query ?? given.query };
      return { start: starter(core, operation, () => core.call(call)), signal: given.signal };
    });
  const first = page();
  const promise = cloudPromise(first);
  const items = iterator(
    promise,
    operation,
    pages,
    () => given.query,
    (query) => cloudPromise(page(query)),
  );
  return defined(promise, Symbol.asyncIterator, items, first);
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
  const call = prepared(() => {
    const request = written(helper, parameters);
    const { signal, given, all } = waitOptions(helper, options, own);
    const call = { ...request, ...given, ...goal(all) };
    return { start: starter(core, helper, () => core.wait(call)), signal };
  });
  return drive(call);
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
        const given = { timeoutMs, deadlineMs: undefined, headers: [...headers, ...more] };
        const request = { operation, ...written(operation, parameters), ...given };
        return (await drive({ start: () => core.call(request), signal })).data;
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
