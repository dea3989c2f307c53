// @ts-check
// The responses of the proxy: the API's own envelope around a result or an error, so that the page's client reads them as the
// API's. Secrets of the proxy are removed from every text.
import { alone, get, unpolluted } from "../bindings/values.js";
import { ApiError, ConnectionError, RequestValidationError, ResponseValidationError, TimeoutError } from "../errors.js";

/** @import { WithResponse } from "../generated/client_bg.js" */

/** The API's response headers that are passed on. */
export const SHOWN = ["retry-after", "x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset", "x-request-id"];

const JSON_TYPE = "application/json; charset=utf-8";
const TEXT_TYPE = "text/plain; charset=utf-8";

/** A refusal of a request, thrown inside the proxy. */
export class Refusal {
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

  /** The refusal as a response. */
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
export const envelope = (content, headers, clean = (text) => text) => answer(content.status, cleaned(content, clean), JSON_TYPE, headers);

/**
 * Gives a value as JSON, with secrets removed from its texts. The fast path: most values contain none.
 *
 * @param {unknown} value
 * @param {(text: string) => string} clean
 */
function cleaned(value, clean) {
  const text = JSON.stringify(value, unpolluted());
  return clean(text) === text ? text : JSON.stringify(without(value, clean), unpolluted());
}

/**
 * @param {unknown} value
 * @param {(text: string) => string} clean
 * @returns {unknown}
 */
function without(value, clean) {
  if (typeof value === "string") return clean(value);
  if (Array.isArray(value)) return value.map((item) => without(item, clean));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [clean(name), without(member, clean)]));
}

/**
 * @param {number} status
 * @param {string} body
 * @param {string} type
 * @param {Record<string, string>} [headers]
 */
function answer(status, body, type, headers) {
  // A Response with one of these statuses must not have a body.
  const empty = status === 204 || status === 205;
  return new Response(empty ? null : body, alone({ status, headers: { ...headers, ...(empty ? {} : { "content-type": type }) } }));
}

/**
 * Gives the response to a successful call: status, result and headers of the API's response.
 *
 * @param {WithResponse<unknown>} from
 * @param {boolean} json
 * @param {(text: string) => string} clean
 */
export function success({ data, status, headers, requestId }, json, clean) {
  const shown = handedOn(headers, clean);
  return json ? envelope({ status, requestId, result: data }, shown, clean) : answer(status, clean(String(data)), TEXT_TYPE, shown);
}

/**
 * Gives the response for a failed call. The page's client must draw the same conclusions as from the API itself: the status
 * shows whether a change may have been applied or was certainly not.
 *
 * @param {unknown} error
 * @param {(text: string) => string} clean removes secrets from a text
 * @returns {Response | undefined} undefined: not an error of the client
 */
export function failure(error, clean) {
  if (error instanceof RequestValidationError) return new Refusal(400, "BAD_REQUEST", clean(ofProxy(error.message))).response;
  // The service accepted the request, but its response is not JSON. The page's client gets its text: it may hold a password.
  if (error instanceof ResponseValidationError) return answer(error.status, clean(error.text), TEXT_TYPE);
  if (error instanceof TimeoutError) return new Refusal(504, "GATEWAY_TIMEOUT", "the API did not answer in time").response;
  if (error instanceof ConnectionError) return new Refusal(502, "BAD_GATEWAY", "the API gave no answer").response;
  return error instanceof ApiError ? refused(error, clean) : undefined;
}

/**
 * Makes clear that the option in the message is one of the proxy. The page may have set its own already.
 *
 * @param {string} message
 */
const ofProxy = (message) => message.replace(/; (validateRequests: "warn") sends it anyway$/, "; $1 in createProxy sends it anyway");

/**
 * @param {ApiError} error
 * @param {(text: string) => string} clean
 */
function refused(error, clean) {
  const { status, code, body, requestId = crypto.randomUUID() } = error;
  const headers = handedOn(error.headers, clean);
  // A 401 would ask the page's user to sign in, which does not help if the proxy's own key is wrong.
  if (status === 401)
    return envelope({ status: 403, error: "FORBIDDEN: the API does not take the proxy's key", requestId }, headers, clean);
  const text = get(body, "error");
  // Not the API's own text, but a gateway's: the client's message is used. The target of a redirect is not shown to the page.
  const others = status < 400 ? `the API answered ${status}` : error.message;
  const said = typeof text === "string" ? text : `${code ?? "REFUSED"}: ${others}`;
  // The API sends no redirects. After an ambiguous attempt, a refusal of the retry does not show that nothing was applied.
  const told = status < 400 || (error.ambiguous && status < 500 && status !== 408) ? 502 : status;
  return envelope({ status: told, error: said, requestId }, headers, clean);
}

/**
 * Selects the headers to pass on. No cookies, and no WWW-Authenticate, at which a browser would ask for a password.
 *
 * @param {Record<string, string>} headers
 * @param {(text: string) => string} clean
 */
const handedOn = (headers, clean) =>
  Object.fromEntries(SHOWN.flatMap((name) => (Object.hasOwn(headers, name) ? [[name, clean(headers[name] ?? "")]] : [])));
