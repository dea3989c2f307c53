// Tasks: futures of Rust, run by JavaScript; and what they wait for.

import { get } from "./values.js";

/**
 * @typedef {object} Task
 * @property {() => void} run
 * @property {Promise<unknown>} promise
 * @property {(kept: boolean, value: unknown) => void} end
 */

/** Those that have not ended, by their numbers. @type {Map<number, Task>} */
const tasks = new Map();
let last = 0;

/** The one that runs, or ran last. @type {Task} */
let current;

/**
 * A task to be run soon; its number.
 *
 * @param {{ poll(id: number, aborted: boolean): void }} exports of the wasm that has its future
 * @param {AbortSignal | undefined} signal
 */
export function begin(exports, signal) {
  const id = ++last;
  const soon = () => wake(id);
  const isAborted = () => get(signal, "aborted") === true;
  const task = /** @type {Task} */ ({
    run() {
      // First, so that nothing is begun that is not wanted any more.
      const aborted = isAborted();
      current = task;
      exports.poll(id, aborted);
      if (aborted) end(id, false, undefined);
    },
  });
  task.promise = new Promise((resolve, reject) => {
    task.end = (kept, value) => {
      signal?.removeEventListener("abort", soon);
      // A success is not given away: a password may be in it.
      if (kept) resolve(value);
      else reject(isAborted() ? get(signal, "reason") : value);
    };
  });
  signal?.addEventListener("abort", soon);
  tasks.set(id, task);
  soon();
  return id;
}

/**
 * The promise of its end.
 *
 * @param {number} id
 */
export function promise(id) {
  return tasks.get(id)?.promise;
}

/**
 * Has a task run again; but not at once: who wakes it may be in the midst of something.
 *
 * @param {number} id
 */
export function wake(id) {
  const task = tasks.get(id);
  if (task) queueMicrotask(task.run);
}

/**
 * Ends a task.
 *
 * @param {number} id
 * @param {boolean} kept whether its promise is
 * @param {unknown} value or the reason why not
 */
export function end(id, kept, value) {
  tasks.get(id)?.end(kept, value);
  tasks.delete(id);
}

/**
 * What a task waits for.
 *
 * @typedef {{ done: boolean, value: unknown, controller: AbortController }} Wait
 */

/**
 * Begins what the task that runs will wait for.
 *
 * @param {(signal: AbortSignal) => Promise<unknown>} start of which the promise is kept; its signal says that nobody waits
 *   any more
 * @returns {Wait}
 */
export function wait(start) {
  const task = current;
  const one = /** @type {Wait} */ ({ done: false, value: undefined, controller: new AbortController() });
  start(one.controller.signal).then((value) => {
    Object.assign(one, { done: true, value });
    task.run();
  });
  return one;
}

/** @param {Wait} one */
export function isDone(one) {
  return one.done;
}

/** @type {Error | undefined} */
let ended;

/**
 * Aborts what nobody waits for any more.
 *
 * @param {Wait} one
 */
export function leave(one) {
  // With a reason: the default one is an error with a stack, made for each timer that is cleared.
  if (!one.done) one.controller.abort((ended ??= new Error("the call has ended")));
}
