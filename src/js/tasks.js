// Tasks: futures of Rust, run by JavaScript; and what they wait for. Whatever the caller's own code throws stays here: the
// wasm would not survive it unharmed.

import { enter } from "./room.js";
import { onAbort } from "./signals.js";
import { get } from "./values.js";

/**
 * @typedef {object} Task
 * @property {() => void} run
 * @property {Promise<unknown>} promise
 * @property {(kept: boolean, value?: unknown) => void} end
 * @property {[unknown] | undefined} failed what the caller's own code threw, of which the wasm is not told
 */

/** Those that have not ended, by their numbers. @type {Map<number, Task>} */
const tasks = new Map();
let last = 0;

/** The number of the one that runs, or ran last. */
let current = 0;

/**
 * A task to be run soon; its number.
 *
 * @param {{ poll(id: number, over: boolean): void }} exports of the wasm that has its future
 * @param {AbortSignal | undefined} signal
 */
export function begin(exports, signal) {
  const id = ++last;
  const soon = () => wake(id);
  const isAborted = () => get(signal, "aborted") === true;
  const isOver = () => task.failed !== undefined || isAborted();
  let stop = () => {};
  const task = /** @type {Task} */ ({
    // Its own, though nothing: an object has the properties of Object.prototype, too.
    failed: undefined,
    run() {
      current = id;
      try {
        // First, so that nothing is begun that is not wanted any more.
        if (!isOver()) enter(() => exports.poll(id, false));
        if (isOver()) enter(() => exports.poll(id, true));
      } catch (error) {
        // The wasm itself failed: of this task there is nothing left in it.
        task.failed ??= [error];
      }
      if (isOver()) end(id, false);
    },
  });
  task.promise = new Promise((resolve, reject) => {
    task.end = (kept, value) => {
      // A success is not given away: a password may be in it.
      if (kept) resolve(value);
      else reject(isAborted() ? get(signal, "reason") : task.failed ? task.failed[0] : value);
      try {
        stop();
      } catch {
        // A signal of the caller's own; the call has ended.
      }
    };
  });
  tasks.set(id, task);
  try {
    if (signal) stop = onAbort(signal, soon);
  } catch (error) {
    task.failed = [error];
  }
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
 * @param {unknown} [value] or the reason why not
 */
export function end(id, kept, value) {
  tasks.get(id)?.end(kept, value);
  tasks.delete(id);
}

/**
 * Ends a task, unless it succeeds right now, with what the caller's own code threw.
 *
 * @param {unknown} reason
 * @param {number} [id] by default the one that runs
 */
export function fail(reason, id = current) {
  const task = tasks.get(id);
  if (task) task.failed ??= [reason];
}

/** Throws in a task that has failed. */
export function goOn() {
  const failed = tasks.get(current)?.failed;
  if (failed) throw failed[0];
}

/**
 * What a task waits for.
 *
 * @typedef {{ done: boolean, value: unknown, controller: AbortController }} Wait
 */

/**
 * Begins what the task that runs will wait for; nothing in one that has failed.
 *
 * @param {(signal: AbortSignal) => Promise<unknown>} start of which the promise is kept, or the task fails; its signal says
 *   that nobody waits any more
 * @returns {Wait}
 */
export function wait(start) {
  // No more than its number: a promise of the caller's own may never end, and would hold the task.
  const id = current;
  const one = /** @type {Wait} */ ({ done: false, value: undefined, controller: new AbortController() });
  const settle = (/** @type {() => void} */ note) => {
    if (one.done) return;
    note();
    tasks.get(id)?.run();
  };
  if (!tasks.get(id)?.failed) {
    start(one.controller.signal).then(
      (value) => settle(() => Object.assign(one, { done: true, value })),
      (reason) => settle(() => fail(reason, id)),
    );
  }
  return one;
}

/** @param {Wait} one */
export function isDone(one) {
  return one.done;
}

/** @type {Error | undefined} */
let over;

/**
 * Aborts what nobody waits for any more.
 *
 * @param {Wait} one
 */
export function leave(one) {
  // With a reason: the default one is an error with a stack, made for each timer that is cleared.
  if (one.done) return;
  one.done = true;
  one.controller.abort((over ??= new Error("the call has ended")));
}
