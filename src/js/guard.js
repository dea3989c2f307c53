// What JavaScript does for Rust, brought to its end.

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
