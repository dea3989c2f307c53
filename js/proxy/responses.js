// @ts-check
// The responses of the proxy: the API's own envelope around a result or an error, so that the page's client reads them as the
// API's. Secrets of the proxy are removed from every text.
import { get, unpolluted, withoutPrototype } from "../bindings/values.js";
import { ApiError, ConnectionError, RequestValidationError, ResponseValidationError, TimeoutError } from "../errors.js";

/** @import { WithResponse } from "../generated/client_bg.js" */

/** The API's response headers that are passed on. */
export const PASSED_HEADERS = ["retry-after", "x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset", "x-request-id"];

const JSON_TYPE = "application/json; charset=utf-8";
const TEXT_TYPE = "text/plain; charset=utf-8";

/** An error response, thrown inside the proxy. */
export class HttpError {
  /**
   * @param {number} status
   * @param {string} code the code at the start of the error text
   * @param {string} text
   * @param {Record<string, string>} [headers]
   */
  constructor(status, code, text, headers = {}) {
    this.status = status;
    this.error = `${code}: ${text}`;
    this.headers = headers;
  }

  /** The error as a response. */
  get response() {
    return envelope({ status: this.status, error: this.error, requestId: crypto.randomUUID() }, this.headers);
  }
}

/**
 * Gives a response with the API's envelope as its body.
 *
 * @param {{ status: number, error?: string, requestId?: string | undefined, result?: unknown }} content
 * @param {Record<string, string>} [headers]
 * @param {(text: string) => string} [clean]
 */
export const envelope = (content, headers, clean = (text) => text) =>
  respond(content.status, serialize(content, clean), JSON_TYPE, headers);

/**
 * Gives a value as JSON, with secrets removed from its texts. The fast path: most values contain none.
 *
 * @param {unknown} value
 * @param {(text: string) => string} clean
 */
function serialize(value, clean) {
  const text = JSON.stringify(value, unpolluted());
  return clean(text) === text ? text : JSON.stringify(redacted(value, clean), unpolluted());
}

/**
 * @param {unknown} value
 * @param {(text: string) => string} clean
 * @returns {unknown}
 */
function redacted(value, clean) {
  if (typeof value === "string") return clean(value);
  if (Array.isArray(value)) return value.map((item) => redacted(item, clean));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [clean(name), redacted(member, clean)]));
}

/**
 * @param {number} status
 * @param {string} body
 * @param {string} type
 * @param {Record<string, string>} [headers]
 */
function respond(status, body, type, headers) {
  // A Response with one of these statuses must not have a body.
  const empty = status === 204 || status === 205;
  return new Response(
    empty ? null : body,
    withoutPrototype({ status, headers: { ...headers, ...(empty ? {} : { "content-type": type }) } }),
  );
}

/**
 * Gives the response to a successful call: status, result and headers of the API's response.
 *
 * @param {WithResponse<unknown>} from
 * @param {boolean} json
 * @param {(text: string) => string} clean
 */
export function successResponse({ data, status, headers, requestId }, json, clean) {
  const passed = passedHeaders(headers, clean);
  return json ? envelope({ status, requestId, result: data }, passed, clean) : respond(status, clean(String(data)), TEXT_TYPE, passed);
}

/**
 * Gives the response for a failed call. The page's client must draw the same conclusions as from the API itself: the status
 * shows whether a change may have been applied or was certainly not.
 *
 * @param {unknown} error
 * @param {(text: string) => string} clean removes secrets from a text
 * @returns {Response | undefined} undefined: not an error of the client
 */
export function errorResponse(error, clean) {
  if (error instanceof RequestValidationError) return new HttpError(400, "BAD_REQUEST", clean(inProxyTerms(error.message))).response;
  // The service accepted the request, but its response is not JSON. The page's client gets its text: it may hold a password.
  if (error instanceof ResponseValidationError) return respond(error.status, clean(error.text), TEXT_TYPE);
  if (error instanceof TimeoutError) return new HttpError(504, "GATEWAY_TIMEOUT", "the API sent no response in time").response;
  if (error instanceof ConnectionError) return new HttpError(502, "BAD_GATEWAY", "the API sent no response").response;
  return error instanceof ApiError ? apiErrorResponse(error, clean) : undefined;
}

/**
 * Makes clear that the option in the message is one of the proxy. The page may have set its own already.
 *
 * @param {string} message
 */
const inProxyTerms = (message) => message.replace(/; (validateRequests: "warn") sends it anyway$/, "; $1 in createProxy sends it anyway");

/**
 * @param {ApiError} error
 * @param {(text: string) => string} clean
 */
function apiErrorResponse(error, clean) {
  const { status, code, body, requestId = crypto.randomUUID() } = error;
  const headers = passedHeaders(error.headers, clean);
  // A 401 would ask the page's user to sign in, which does not help if the proxy's own key is wrong.
  if (status === 401)
    return envelope({ status: 403, error: "FORBIDDEN: the API does not take the proxy's key", requestId }, headers, clean);
  const original = get(body, "error");
  // Not the API's own text, but a gateway's: the client's message is used. The target of a redirect is not passed to the page.
  const message = status < 400 ? `the API responded with ${status}` : error.message;
  const text = typeof original === "string" ? original : `${code ?? "REFUSED"}: ${message}`;
  // The API sends no redirects. After an ambiguous attempt, a refusal of the retry does not show that nothing was applied.
  const outgoing = status < 400 || (error.ambiguous && status < 500 && status !== 408) ? 502 : status;
  return envelope({ status: outgoing, error: text, requestId }, headers, clean);
}

/**
 * Selects the headers to pass on. No cookies, and no WWW-Authenticate, at which a browser would ask for a password.
 *
 * @param {Record<string, string>} headers
 * @param {(text: string) => string} clean
 */
const passedHeaders = (headers, clean) =>
  Object.fromEntries(PASSED_HEADERS.flatMap((name) => (Object.hasOwn(headers, name) ? [[name, clean(headers[name] ?? "")]] : [])));
