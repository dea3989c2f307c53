// @ts-check
// The class BuiltRequest.
import { hidden, hide } from "./hidden.js";

/** @typedef {{ method: string, url: string, headers: Record<string, string>, body: string | undefined, curl: string }} Parts */

/**
 * A checked request that has not been sent. It can be handed to fetch as it is: `fetch(built.url, built)`.
 *
 * Its headers hold the credentials and its body may hold a password's hash: logs and `JSON.stringify` show neither.
 */
export class BuiltRequest {
  /**
   * @param {Parts} parts
   * @internal
   */
  constructor(parts) {
    hide(this, parts);
  }

  /** The HTTP method. */
  get method() {
    return parts(this).method;
  }

  /** The absolute address. */
  get url() {
    return parts(this).url;
  }

  /** Names in lower case, and values; the credentials are among them. */
  get headers() {
    return parts(this).headers;
  }

  /** The JSON text of the body. */
  get body() {
    return parts(this).body;
  }

  /** The request as a curl command. Environment variables stand for whatever is secret. */
  toCurl() {
    return parts(this).curl;
  }

  /** Method and address. */
  toJSON() {
    return { method: this.method, url: this.url };
  }
}

/**
 * @param {BuiltRequest} request
 * @returns {Parts}
 */
const parts = (request) => hidden(request);
