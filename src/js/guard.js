// What JavaScript does for Rust, brought to its end.

export function begin() {
  return new AbortController();
}

/** @type {Error | undefined} */
let ended;

/**
 * Aborts what nobody waits for any more.
 *
 * @param {AbortController} controller
 */
export function end(controller) {
  // With a reason: the default one is an error with a stack, made for each timer that is cleared.
  controller.abort((ended ??= new Error("the call has ended")));
}

/**
 * The promise, or its end once the signal fires. Rust holds two functions for each promise until it has ended, also where
 * nobody waits for it any more; and a fetch or a clock of the caller's own may take no notice of the signal.
 *
 * @param {Promise<unknown>} promise
 * @param {AbortSignal} signal
 * @returns {Promise<unknown>}
 */
export function until(promise, signal) {
  return new Promise((resolve, reject) => {
    promise.then(resolve, reject);
    signal.addEventListener("abort", resolve);
  });
}
