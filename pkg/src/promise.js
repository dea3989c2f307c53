// The promise of a call: it resolves with the result, and gives the whole answer to those who ask for it.

/**
 * A result with the answer that brought it.
 *
 * @template T
 * @typedef {object} WithResponse
 * @property {T} data the result
 * @property {number} status the HTTP status
 * @property {Record<string, string>} headers names in lower case
 * @property {string | undefined} requestId name it when you ask ClickHouse for help
 * @property {number} attempts how many attempts were made
 */

/**
 * The promise of a call. It resolves with the result; `withResponse()` resolves with status, headers and requestId too.
 *
 * @template T
 * @extends {Promise<T>}
 */
export class CloudPromise extends Promise {
  /** @type {Promise<WithResponse<T>>} */
  #full;

  /**
   * @param {Promise<WithResponse<T>>} full
   * @internal
   */
  constructor(full) {
    // What is thrown goes to whoever waits for the one promise inside, and is reported where nobody does.
    super(() => {});
    this.#full = full;
  }

  static get [Symbol.species]() {
    return Promise;
  }

  /**
   * The result with the answer that brought it.
   *
   * @returns {Promise<WithResponse<T>>}
   */
  withResponse() {
    return this.#full;
  }

  /**
   * As of every promise.
   *
   * @template [R=T]
   * @template [E=never]
   * @param {((value: T) => R | PromiseLike<R>) | null} [fulfilled] told of the result
   * @param {((reason: unknown) => E | PromiseLike<E>) | null} [rejected] told of the error
   * @returns {Promise<R | E>}
   */
  then(fulfilled, rejected) {
    return this.#full.then(({ data }) => data).then(fulfilled, rejected);
  }
}
