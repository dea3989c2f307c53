// @ts-check
// The class BuiltRequest.

/** @typedef {{ method: string, url: string, headers: Record<string, string>, body: string | undefined, curl: string }} Parts */

/**
 * A checked request that has not been sent. It can be handed to fetch as it is: `fetch(built.url, built)`.
 *
 * Its headers hold the credentials and its body may hold a password's hash: logs and `JSON.stringify` show neither.
 */
export class BuiltRequest {
  #parts;

  /**
   * @param {Parts} parts
   * @internal
   */
  constructor(parts) {
    this.#parts = parts;
  }

  /** The HTTP method. */
  get method() {
    return this.#parts.method;
  }

  /** The absolute address. */
  get url() {
    return this.#parts.url;
  }

  /** Names in lower case, and values; the credentials are among them. */
  get headers() {
    return this.#parts.headers;
  }

  /** The JSON text of the body. */
  get body() {
    return this.#parts.body;
  }

  /** The request as a curl command. Environment variables stand for whatever is secret. */
  toCurl() {
    return this.#parts.curl;
  }

  /** Method and address. */
  toJSON() {
    return { method: this.method, url: this.url };
  }
}
