// @ts-check
// Converts the options of the constructor and of calls into the form that the wasm takes: checked, and with their defaults.
// The kinds of options in the specifications below are those of bindings/options.js.
import { ConfigurationError } from "./errors.js";
import { needRoom } from "./bindings/stack.js";
import { headerPairs } from "./bindings/values.js";
import { limiter } from "./limiter.js";
import { read } from "./read.js";
import { target } from "./target.js";

/** @import { CallOptions, CloudClientOptions, CoreSettings, HeadersLike, Limiter, WaitOptions } from "./generated/client_bg.js" */

/**
 * The goal of certain states, as the wasm takes it.
 *
 * @typedef {object} StatesGoal
 * @property {"states" | "creation" | "deployment"} goal
 * @property {string} waiter
 * @property {string[]} states none: any in which the resource rests
 * @property {number | undefined} leastVersion
 */

/**
 * The goal of a wait, as the wasm takes it.
 *
 * @typedef {StatesGoal | { goal: "running", start: boolean } | { goal: "deletion" }} WaitGoal
 */

/** The specifications of the client's options, `name:kind` each. */
export const CLIENT =
  "keyId:text keySecret:text bearerToken:text organizationId:text baseUrl:text allowHttp:flag timeoutMs:from:1 " +
  "retryBudgetMs:from:0 rateLimit:limiter maxBodyBytes:from:1 fetch:function clock:methods:now|sleep headers:headers " +
  "logger:methods:error|warn|info|debug logLevel:word:off|error|warn|info|debug onRequest:function onResponse:function " +
  "onRetry:function validateRequests:word:error|warn|off validateResponses:word:error|warn|off " +
  "unknownProperties:word:error|send dangerouslyAllowBrowser:flag";
/** The specifications of the options that calls and waits share. */
const CALL = "signal:methods:addEventListener|removeEventListener headers:headers";

/**
 * Gives the arguments of the constructor of `Core`.
 *
 * @param {CloudClientOptions | undefined} given
 * @returns {[settings: CoreSettings, limiter: Limiter]}
 */
export function settings(given) {
  const what = "new CloudClient";
  // V8 ends the process where it compiles a regular expression at the end of the stack.
  needRoom();
  const options = read(what, given, CLIENT);
  const { fetch, clock, logger, rateLimit, onRequest, onResponse, onRetry } = options;
  const headers = headersOf(what, options.headers);
  const { baseUrl, authorization, secret, source, inTheClear, organization } = target(options, headers, (message) => {
    throw new ConfigurationError(`${what}: ${message}`);
  });
  // An own fetch or clock is for a test: such a client shares no limiter with others.
  const sharing = fetch || clock ? undefined : authorization && `${baseUrl} ${authorization}`;
  const one = limiter(rateLimit, sharing);
  // Every property is present, even if undefined: the wasm would otherwise read it from a polluted `Object.prototype`.
  const all = {
    // A separate object without secrets, since the caller's functions receive it as `this`. It lives as long as the client
    // and its calls, and keeps the shared limiter alive for other clients of the same key.
    host: { fetch, clock, logger, rateLimit: one.custom, limiter: one.shared, onRequest, onResponse, onRetry },
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
 * Gives the headers as a flat list: a name in lower case, its value, the next name, and so on.
 *
 * @param {string} what
 * @param {HeadersLike | null | undefined} given
 */
export function headersOf(what, given) {
  const found = headerPairs(given);
  if (found.length % 2 === 0) return found;
  // The message shows no value, since it may be a secret.
  const message = `headers: "${found[0]}" is no header name, or its value no string that a header can hold`;
  throw new ConfigurationError(`${what}: ${message}`);
}

/**
 * Reads the options of a call.
 *
 * @param {string} what
 * @param {CallOptions | undefined} options
 */
export function callOptions(what, options) {
  const { signal, timeoutMs, headers } = read(what, options, `timeoutMs:from:1 ${CALL}`);
  return { signal, timeoutMs, headers: headersOf(what, headers) };
}

/**
 * Reads the options of a wait. `given` is for the wasm; `all` has every option as it was read.
 *
 * @template {WaitOptions<string>} T
 * @param {string} what
 * @param {T | undefined} options
 * @param {string} [own] the specification of an option that only one helper has
 */
export function waitOptions(what, options, own = "") {
  const all = read(what, options, `timeoutMs:from:0 pollIntervalMs:from:0 onProgress:function${own} ${CALL}`);
  const { signal, timeoutMs, pollIntervalMs, onProgress, headers } = all;
  return { signal, all, given: { headers: headersOf(what, headers), deadlineMs: timeoutMs, spentMs: 0, pollIntervalMs, onProgress } };
}
