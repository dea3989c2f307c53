// Tasks: futures of Rust, run by JavaScript; and what they wait for.

import { get } from "./values.js";

/**
 * @typedef {object} Task
 * @property {() => void} run
 * @property {Promise<unknown>} promise
 * @property {(kept: boolean, value: unknown) => void} end
 * @property {[thrown: unknown]} [failed] what the caller's own code threw that it asked
 */

/** Those that have not ended, by their numbers. @type {Map<number, Task>} */
const tasks = new Map();
let last = 0;

/** The one that runs, or ran last. @type {Task} */
let current;

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
  const isOver = () => isAborted() || task.failed !== undefined;
  const task = /** @type {Task} */ ({
    run() {
      current = task;
      // Not where nothing is wanted any more.
      if (!isOver()) exports.poll(id, false);
      if (!isOver()) return;
      exports.poll(id, true);
      end(id, false, undefined);
    },
  });
  task.promise = new Promise((resolve, reject) => {
    task.end = (kept, value) => {
      listen("removeEventListener");
      // A success is not given away: a password may be in it.
      if (kept) resolve(value);
      else if (isAborted()) reject(get(signal, "reason"));
      else reject(task.failed ? task.failed[0] : value);
    };
  });
  const listen = (/** @type {"addEventListener" | "removeEventListener"} */ method) => {
    try {
      signal?.[method]("abort", soon);
    } catch (thrown) {
      task.failed = [thrown];
    }
  };
  listen("addEventListener");
  tasks.set(id, task);
  soon();
  return id;
}

/**
 * Ends the task that runs, with what the caller's own code threw that it asked.
 *
 * @param {unknown} thrown
 */
export function fail(thrown) {
  current.failed = [thrown];
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
 * Begins what the task that runs will wait for. Where it fails, the task ends with that.
 *
 * @param {(signal: AbortSignal) => Promise<unknown>} start whose signal says that nobody waits any more
 * @returns {Wait}
 */
export function wait(start) {
  const task = current;
  const one = /** @type {Wait} */ ({ done: false, value: undefined, controller: new AbortController() });
  /** @param {() => void} note */
  const ended = (note) => {
    if (one.done) return;
    note();
    task.run();
  };
  // Nothing more is begun by what has failed.
  if (task.failed) return one;
  start(one.controller.signal).then(
    (value) => ended(() => Object.assign(one, { done: true, value })),
    (thrown) => ended(() => void (task.failed = [thrown])),
  );
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
