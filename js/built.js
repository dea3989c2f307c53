// @ts-check
// The class BuiltRequest: a validated request with its credentials. They are in hidden properties, which logs do not show.
import { hidden, hide } from "./hidden.js";

/** @typedef {{ method: string, url: string, headers: Record<string, string>, body: string | undefined, curl: string }} Parts */

/**
 * A validated request that has not been sent. It can be passed to fetch as it is: `fetch(built.url, built)`.
 *
 * Its headers hold the credentials, and its body may hold the hash of a password. Logs and `JSON.stringify` show neither.
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

  /** The absolute URL. */
  get url() {
    return parts(this).url;
  }

  /** The headers, with names in lower case. They include the credentials. */
  get headers() {
    return parts(this).headers;
  }

  /** The body as JSON text; `undefined` if the request has none. @optional */
  get body() {
    return parts(this).body;
  }

  /** The request as a curl command, with environment variables in place of secrets. */
  toCurl() {
    return parts(this).curl;
  }

  /** The method and the URL, without secrets. */
  toJSON() {
    return { method: this.method, url: this.url };
  }
}

/**
 * @param {BuiltRequest} request
 * @returns {Parts}
 */
const parts = (request) => hidden(request);
