// @ts-check
// The options of the constructor and of calls as the wasm takes them: checked, and with their defaults.
import { ConfigurationError } from "./errors.js";
import { headerPairs } from "./bindings/values.js";
import { limiter } from "./limiter.js";
import { read } from "./read.js";
import { target } from "./target.js";

/** @import { CallOptions, CloudClientOptions, CoreSettings, HeadersLike, Limiter, WaitOptions } from "./generated/client_bg.js" */

/**
 * The goal of a wait.
 *
 * @typedef {{ goal: "states", helper: "services.waitFor", states: string[] }
 *   | { goal: "running", start: boolean }
 *   | { goal: "deletion" | "backup" }} WaitGoal
 */

export const CLIENT =
  "keyId:text keySecret:text bearerToken:text organizationId:text baseUrl:text allowHttp:flag timeoutMs:from:1 " +
  "retryBudgetMs:from:0 rateLimit:limiter maxBodyBytes:from:1 fetch:function clock:methods:now|sleep headers:headers " +
  "logger:methods:error|warn|info|debug logLevel:word:off|error|warn|info|debug onRequest:function onResponse:function " +
  "onRetry:function validateRequests:word:error|warn|off validateResponses:word:error|warn|off " +
  "unknownProperties:word:error|send dangerouslyAllowBrowser:flag";
const CALL = "signal:methods:addEventListener|removeEventListener headers:headers";

/**
 * What the constructor of `Core` takes.
 *
 * @param {CloudClientOptions | undefined} given
 * @returns {[settings: CoreSettings, limiter: Limiter]}
 */
export function settings(given) {
  const what = "new CloudClient";
  const options = read(what, given, CLIENT);
  const { fetch, clock, logger, rateLimit, onRequest, onResponse, onRetry } = options;
  const headers = pairs(what, options.headers);
  const { baseUrl, authorization, secret, source, inTheClear, organization } = target(options, headers, (message) => {
    throw new ConfigurationError(`${what}: ${message}`);
  });
  // Who brings a fetch or a clock is testing, and means what is there to be this client's alone.
  const sharing = fetch || clock ? undefined : authorization && `${baseUrl} ${authorization}`;
  const one = limiter(rateLimit, sharing);
  // Each property is there, if undefined: the wasm reads them as they are, and `Object.prototype` may be polluted.
  const all = {
    // Of its own: the caller's functions are called on it, and see no secret there. It lives as long as the client and its
    // calls do, and with it their limiter, so that clients of the same key find it.
    host: { fetch, clock, logger, rateLimit: one.lent, limiter: one.shared, onRequest, onResponse, onRetry },
    logLevel: options.logLevel ?? "warn",
    maxBodyBytes: options.maxBodyBytes ?? 67_108_864,
    timeoutMs: options.timeoutMs ?? 30_000,
    retryBudgetMs: options.retryBudgetMs ?? 60_000,
    unknownProperties: options.unknownProperties ?? "error",
    validateRequests: options.validateRequests ?? "error",
    validateResponses: options.validateResponses ?? "error",
    baseUrl,
    authorization,
    credentialSource: source,
    isInsecure: inTheClear,
    keySecret: secret,
    headers,
    organizationId: organization.id,
    organizationName: organization.name,
  };
  return [all, one.limiter];
}

/**
 * Names, in lower case, and values of headers in turn.
 *
 * @param {string} what
 * @param {HeadersLike | null | undefined} given
 */
function pairs(what, given) {
  const found = headerPairs(given);
  if (found.length % 2 === 0) return found;
  // The value may be a secret: it is not shown.
  const message = `headers: "${found[0]}" is no header name, or its value no string that a header can hold`;
  throw new ConfigurationError(`${what}: ${message}`);
}

/**
 * The options of a call.
 *
 * @param {string} what
 * @param {CallOptions | undefined} options
 */
export function callOptions(what, options) {
  const { signal, timeoutMs, headers } = read(what, options, `timeoutMs:from:1 ${CALL}`);
  return { signal, timeoutMs, headers: pairs(what, headers) };
}

/**
 * The options of a wait: its signal, what the wasm takes, and all as they were read.
 *
 * @template {WaitOptions<string>} T
 * @param {string} what
 * @param {T | undefined} options
 * @param {string} [own] an option of one helper alone
 */
export function waitOptions(what, options, own = "") {
  const all = read(what, options, `timeoutMs:from:0 pollIntervalMs:from:0 onProgress:function${own} ${CALL}`);
  const { signal, timeoutMs, pollIntervalMs, onProgress, headers } = all;
  return { signal, all, given: { headers: pairs(what, headers), deadlineMs: timeoutMs, pollIntervalMs, onProgress } };
}
