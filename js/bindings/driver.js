// Drives a Rust future from an async JavaScript function, one per call. The function is created in the caller's context: the
// promise is native, stack traces and AsyncLocalStorage are the caller's, and no timer or microtask function of the global object
// is used. The caller's exceptions stay in JavaScript: unwinding through wasm skips destructors.

import { CloudError } from "../errors.js";
import { nested } from "./stack.js";
import { onAbort, reasonOf } from "./signals.js";
import { get } from "./values.js";

/**
 * The native constructor: libraries replace the global one.
 *
 * @type {PromiseConstructor}
 */
const NativePromise = /** @type {any} */ ((async () => {})().constructor);

/** @typedef {import("../generated/client_bg.js").CoreFuture} CoreFuture */

/**
 * A call in progress.
 *
 * @typedef {object} Driven
 * @property {() => void} wake
 * @property {{ reason: unknown } | undefined} failed the error of the caller's code, where the future itself cannot fail
 */

/** Calls in progress, by number. @type {Map<number, Driven>} */
const calls = new Map();
let last = 0;

/** The call whose future is being polled. @type {Driven | undefined} */
let current;

const nothing = () => {};

/**
 * A call whose arguments have been read.
 *
 * @typedef {object} Prepared
 * @property {() => CoreFuture | undefined} start enters the wasm; undefined: the call has been given up
 * @property {AbortSignal | undefined} [signal] drops the future, and rejects with the signal's reason
 */

/**
 * Starts the future of a call and runs it to its end. A result that already exists is returned although the signal has aborted, since
 * it may hold a password. Errors of this package get a new stack here: V8 records ten frames, and the frames of the wasm could push
 * out the caller's line.
 *
 * @param {Prepared} call
 * @param {(value: any) => any} [result] maps the value of the future
 * @returns {Promise<any>}
 */
export async function drive(call, result) {
  // Nothing is before this: the caller may be inside another call's poll, as a hook is, or near the end of the stack. From here on
  // each entry into the wasm is at the bottom of the stack.
  await undefined;
  const { signal } = call;
  const id = ++last;
  /** @type {Driven} */
  const driven = { wake: nothing, failed: undefined };
  /** @type {CoreFuture | undefined} */
  let future;
  let stop = nothing;
  try {
    future = call.start();
    if (future === undefined) return undefined;
    calls.set(id, driven);
    if (signal) stop = onAbort(signal, () => driven.wake());
    for (;;) {
      const woken = new NativePromise((/** @type {(value?: undefined) => void} */ resolve) => void (driven.wake = resolve));
      if (isAborted(signal)) throw undefined;
      if (poll(future, id, driven)) {
        const value = future.result();
        future = undefined;
        return result === undefined ? value : result(value);
      }
      throwFailed(driven);
      await woken;
      throwFailed(driven);
    }
  } catch (error) {
    throw future !== undefined && isAborted(signal) ? reasonOf(signal) : retraced(error);
  } finally {
    calls.delete(id);
    if (future !== undefined) release(future);
    if (stop !== nothing) silently(stop);
  }
}

/**
 * Drives a future of the sandbox.
 *
 * @param {CoreFuture} future
 * @param {AbortSignal | undefined} signal
 */
export const driveFuture = (future, signal) => drive({ start: () => future, signal });

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

/** @param {AbortSignal | undefined} signal */
const isAborted = (signal) => signal !== undefined && get(signal, "aborted") === true;

/** @param {() => void} stop removes a listener */
function silently(stop) {
  try {
    stop();
  } catch {
    // A custom signal has thrown. The call's result stays as it is.
  }
}

/** @param {CoreFuture} future */
function release(future) {
  try {
    nested(() => future.free());
  } catch {
    // The wasm has trapped during a poll and still borrows the future.
  }
}

/**
 * @param {CoreFuture} future
 * @param {number} id
 * @param {Driven} call
 */
function poll(future, id, call) {
  current = call;
  try {
    return nested(() => future.poll(id));
  } finally {
    current = undefined;
  }
}

/**
 * Called by the waker of a future: its call polls it again.
 *
 * @param {number} id
 */
export function wake(id) {
  calls.get(id)?.wake();
}

/**
 * Ends the call that is being polled with the error of the caller's code, where the future itself cannot fail.
 *
 * @param {unknown} reason
 */
export function fail(reason) {
  if (current) current.failed ??= { reason };
}

/** Throws the error of the call that is being polled, if it has failed in the caller's code. */
export function throwIfFailed() {
  if (current) throwFailed(current);
}

/** @param {Driven} driven */
function throwFailed(driven) {
  if (driven.failed) throw driven.failed.reason;
}

/**
 * An operation that Rust awaits and can cancel. Rust polls it; when it settles it wakes the call that polled it last. A promise
 * with two closures in wasm would cost three microseconds more (bench/call.mjs).
 */
class Awaited {
  /**
   * @param {(resolve: (value?: unknown) => void, reject: (reason: unknown) => void) => void} start
   * @param {() => void} stop
   */
  constructor(start, stop) {
    /** @type {"pending" | "resolved" | "rejected"} */
    this.state = "pending";
    /** @type {unknown} */
    this.value = undefined;
    /** @type {Driven | undefined} */
    this.call = undefined;
    this.stop = stop;
    start(
      (value) => this.settle("resolved", value),
      (reason) => this.settle("rejected", reason),
    );
  }

  /**
   * @param {"resolved" | "rejected"} state
   * @param {unknown} value
   */
  settle(state, value) {
    if (this.state !== "pending") return;
    this.state = state;
    this.value = value;
    this.call?.wake();
  }

  /** Whether it has settled. */
  poll() {
    this.call = current;
    return this.state !== "pending";
  }

  /** The value that it resolved with; throws the reason of a rejection. */
  result() {
    if (this.state === "rejected") throw this.value;
    return this.value;
  }

  cancel() {
    if (this.state !== "pending") return;
    this.state = "resolved";
    this.stop();
  }
}

/** Ends an operation early: by the signal that its function has, and by `stop`. A listener of the signal would cost more. */
export class Cancellation {
  /** @type {AbortController | undefined} */
  #controller;
  isCancelled = false;
  /** What the operation does itself when it is cancelled. */
  stop = nothing;

  /** Made for the first reader: a signal costs more than the rest of an operation, and a test double of fetch reads none. */
  get signal() {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.isCancelled) this.#abort();
    }
    return this.#controller.signal;
  }

  cancel() {
    this.isCancelled = true;
    this.#abort();
    this.stop();
  }

  #abort() {
    // An explicit reason: the default one is an error with a stack trace, which takes time.
    this.#controller?.abort((ended ??= new Error("the call has ended")));
  }
}

/** @type {Error | undefined} */
let ended;

/**
 * Starts an operation that Rust awaits. A rejection ends the call.
 *
 * @param {(cancellation: Cancellation) => Promise<unknown>} start
 * @returns {Awaited}
 */
export function awaited(start) {
  const cancellation = new Cancellation();
  const call = current;
  return cancellable(
    (resolve) => {
      if (call?.failed) return;
      const failed = (/** @type {unknown} */ reason) => {
        if (cancellation.isCancelled || call === undefined) return;
        call.failed ??= { reason };
        call.wake();
      };
      start(cancellation).then(resolve, failed);
    },
    () => cancellation.cancel(),
  );
}

/**
 * Starts an operation that settles later.
 *
 * @param {(resolve: (value?: unknown) => void, reject: (reason: unknown) => void) => void} start
 * @param {() => void} stop ends it early
 */
export const cancellable = (start, stop) => new Awaited(start, stop);
