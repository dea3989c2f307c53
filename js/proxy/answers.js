// @ts-check
// What the proxy answers: the API's own envelope, around a result or an error.
import { alone, get, unpolluted } from "../bindings/values.js";
import { ApiError, ConnectionError, RequestValidationError, ResponseValidationError, TimeoutError } from "../errors.js";

/** @import { WithResponse } from "../generated/client_bg.js" */

/** Of the service's headers, those that are handed on. */
export const SHOWN = ["retry-after", "x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset", "x-request-id"];

const JSON_TYPE = "application/json; charset=utf-8";
const TEXT_TYPE = "text/plain; charset=utf-8";

/** Why a request is not carried out. */
export class Refusal {
  /**
   * @param {number} status
   * @param {string} code the word before the colon
   * @param {string} text
   * @param {Record<string, string>} [headers]
   */
  constructor(status, code, text, headers = {}) {
    this.status = status;
    this.error = `${code}: ${text}`;
    this.headers = headers;
  }

  /** The answer that tells it. */
  get response() {
    return envelope({ status: this.status, error: this.error, requestId: crypto.randomUUID() }, this.headers);
  }
}

/**
 * @param {{ status: number, error?: string, requestId?: string | undefined, result?: unknown }} content
 * @param {Record<string, string>} [headers]
 * @param {(text: string) => string} [clean]
 */
export const envelope = (content, headers, clean = (text) => text) => answer(content.status, cleaned(content, clean), JSON_TYPE, headers);

/**
 * A value as JSON, its texts without secrets. Most hold none, which one look at the whole tells.
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
  // Two statuses have no body.
  const empty = status === 204 || status === 205;
  return new Response(empty ? null : body, alone({ status, headers: { ...headers, ...(empty ? {} : { "content-type": type }) } }));
}

/**
 * What the service answered, as it said it.
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
 * What a failure is to the page: its client must make the same of it as if it had spoken to the service itself. So what
 * may have happened has a status that says so; what surely has not, another one.
 *
 * @param {unknown} error
 * @param {(text: string) => string} clean takes secrets out of a text
 * @returns {Response | undefined} undefined: it is none of the client's
 */
export function failure(error, clean) {
  if (error instanceof RequestValidationError) return new Refusal(400, "BAD_REQUEST", clean(ofProxy(error.message))).response;
  // The service accepted, but in words that are no JSON: the page's client has to see them, since they may hold a password.
  if (error instanceof ResponseValidationError) return answer(error.status, clean(error.text), TEXT_TYPE);
  if (error instanceof TimeoutError) return new Refusal(504, "GATEWAY_TIMEOUT", "the API did not answer in time").response;
  if (error instanceof ConnectionError) return new Refusal(502, "BAD_GATEWAY", "the API gave no answer").response;
  return error instanceof ApiError ? refused(error, clean) : undefined;
}

/**
 * The option that a refusal names is the proxy's, not the page's, which may have set it already.
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
  // A 401 is for who has to sign in here. The page can do nothing about the proxy's own key.
  if (status === 401)
    return envelope({ status: 403, error: "FORBIDDEN: the API does not take the proxy's key", requestId }, headers, clean);
  const text = get(body, "error");
  // In the words of a gateway, or of a page: as the client tells them. Where a redirect leads is no matter of the page's.
  const others = status < 400 ? `the API answered ${status}` : error.message;
  const said = typeof text === "string" ? text : `${code ?? "REFUSED"}: ${others}`;
  // A redirect is none of the API's. And a refusal of a repeated request says nothing of the first one.
  const told = status < 400 || (error.ambiguous && status < 500 && status !== 408) ? 502 : status;
  return envelope({ status: told, error: said, requestId }, headers, clean);
}

/**
 * Never a cookie, nor a demand for credentials, at which a browser would ask the user for some.
 *
 * @param {Record<string, string>} headers
 * @param {(text: string) => string} clean
 */
const handedOn = (headers, clean) =>
  Object.fromEntries(SHOWN.flatMap((name) => (Object.hasOwn(headers, name) ? [[name, clean(headers[name] ?? "")]] : [])));
