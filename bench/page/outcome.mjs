// @ts-check
// How a page gets its options and leaves its outcome.

/** The options, from the address. @type {any} */
export const options = JSON.parse(decodeURIComponent(location.hash.slice(1)));

/** Leaves what a function gives, or its error, where the driver looks for it. @param {() => unknown} run */
export async function leave(run) {
  /** @type {object} */
  let outcome;
  try {
    outcome = { value: await run() };
  } catch (error) {
    outcome = { error: `${error}\n${/** @type {Error} */ (error).stack}` };
  }
  document.documentElement.dataset.outcome = JSON.stringify(outcome);
}
