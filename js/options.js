// @ts-check
// The options of the constructor and of calls as the wasm takes them: checked, and with their defaults.
import { ConfigurationError } from "./errors.js";
import { alone, headerPairs } from "./bindings/values.js";
import { limiter } from "./limiter.js";
import { read } from "./read.js";
import { target } from "./target.js";

/** @import { CallOptions, CloudClientOptions, HeadersLike, Limiter, WaitOptions } from "./generated/client_bg.js" */

export const CLIENT =
  "keyId:text keySecret:text bearerToken:text organizationId:text baseUrl:text allowHttp:flag timeoutMs:from:1 " +
  "retryBudgetMs:from:0 rateLimit:limiter maxBodyBytes:from:1 fetch:function clock:methods:now|sleep headers:headers " +
  "logger:methods:error|warn|info|debug logLevel:word:off|error|warn|info|debug onRequest:function onResponse:function " +
  "onRetry:function validateRequests:word:error|warn|off validateResponses:word:error|warn|off " +
  "unknownProperties:word:error|send dangerouslyAllowBrowser:flag";
const BREACHES = ["error", "warn", "off"];
const CALL = "signal:methods:addEventListener|removeEventListener headers:headers";

/**
 * What the constructor of `Core` takes.
 *
 * @param {CloudClientOptions | undefined} given
 * @returns {[settings: object, limiter: Limiter]}
 */
export function settings(given) {
  const what = "new CloudClient";
  const options = read(what, given, CLIENT);
  const { fetch, clock, logger, rateLimit, onRequest, onResponse, onRetry } = options;
  const own = headers(what, options.headers);
  const { baseUrl, authorization, secret, source, inTheClear, organization } = target(options, own, (message) => {
    throw new ConfigurationError(`${what}: ${message}`);
  });
  // Who brings a fetch or a clock is testing, and means what is there to be this client's alone.
  const sharing = fetch || clock ? undefined : authorization && `${baseUrl} ${authorization}`;
  const one = limiter(rateLimit, sharing);
  const all = {
    // Of its own: the caller's functions are called on it, and see no secret there. It lives as long as the client and its
    // calls do, and with it their limiter, so that clients of the same key find it.
    host: { fetch, clock, logger, rateLimit: one.lent, limiter: one.shared, onRequest, onResponse, onRetry },
    logLevel: ["off", "error", "warn", "info", "debug"].indexOf(options.logLevel ?? "warn"),
    maxBodyBytes: options.maxBodyBytes ?? 67_108_864,
    timeoutMs: options.timeoutMs ?? 30_000,
    retryBudgetMs: options.retryBudgetMs ?? 60_000,
    sendUnknown: options.unknownProperties === "send",
    requestBreaches: BREACHES.indexOf(options.validateRequests ?? "error"),
    breaches: BREACHES.indexOf(options.validateResponses ?? "error"),
    baseUrl,
    authorization,
    source,
    inTheClear,
    keySecret: secret,
    headers: own,
    organizationId: organization.id,
    organizationName: organization.name,
  };
  return [all, one.limiter];
}

/**
 * @param {string} what
 * @param {HeadersLike | null | undefined} given
 */
function headers(what, given) {
  const pairs = headerPairs(given);
  if (pairs.length % 2 === 0) return pairs;
  // The value may be a secret: it is not shown.
  const message = `headers: "${pairs[0]}" is no header name, or its value no string that a header can hold`;
  throw new ConfigurationError(`${what}: ${message}`);
}

/**
 * The options of a call as `Core` takes them.
 *
 * @template {CallOptions} T
 * @param {string} what
 * @param {T | undefined} options
 * @param {string} [own] those that only some calls have
 */
export function callOptions(what, options, own = "timeoutMs:from:1") {
  const all = read(what, options, `${own} ${CALL}`);
  return all.headers === undefined ? all : alone({ ...all, headers: headers(what, all.headers) });
}

/**
 * The options of a wait.
 *
 * @template {WaitOptions<string>} T
 * @param {string} what
 * @param {T | undefined} options
 * @param {string} [own] an option of one helper alone
 */
export function waitOptions(what, options, own = "") {
  const known = `timeoutMs:from:0 pollIntervalMs:from:0 onProgress:function${own}`;
  const { timeoutMs: deadlineMs, ...rest } = callOptions(what, options, known);
  return alone({ ...rest, deadlineMs });
}
