// @ts-check
// The options of the constructor and of calls as the wasm takes them: checked, and with their defaults.
import { checkOptions } from "../dist/client_bg.js";
import { ConfigurationError } from "../dist/errors.js";
import { headerPairs } from "../dist/values.js";
import { environment } from "./host.js";
import { limiter } from "./limiter.js";
import { target } from "./target.js";

/** @import { CallOptions, CloudClientOptions, Core, WaitOptions } from "../dist/client_bg.js" */

const CLIENT =
  "keyId:text keySecret:text bearerToken:text organizationId:text baseUrl:text timeoutMs:from:1 retryBudgetMs:from:0 " +
  "rateLimit:limiter maxBodyBytes:from:1 fetch:function clock:methods:now|sleep headers:headers " +
  "logger:methods:error|warn|info|debug logLevel:word:off|error|warn|info|debug onRequest:function onResponse:function " +
  "onRetry:function validateResponses:word:error|warn|off unknownProperties:word:error|send dangerouslyAllowBrowser:flag";
const CALL = "signal:methods:addEventListener|removeEventListener headers:headers";

/**
 * What the constructor of `Core` takes.
 *
 * @param {CloudClientOptions | undefined} given
 * @returns {ConstructorParameters<typeof Core>}
 */
export function settings(given) {
  const what = "new CloudClient";
  checkOptions(what, given, CLIENT);
  const options = present(given);
  const { fetch, clock, logger, rateLimit, onRequest, onResponse, onRetry } = options;
  const { baseUrl, authorization, secret } = target(options, (message) => {
    throw new ConfigurationError(`${what}: ${message}`);
  });
  // Who brings a fetch or a clock is testing, and means what is there to be this client's alone.
  const sharing = fetch || clock ? undefined : authorization && `${baseUrl} ${authorization}`;
  return [
    { fetch, clock, logger, rateLimit, onRequest, onResponse, onRetry },
    ["off", "error", "warn", "info", "debug"].indexOf(options.logLevel ?? "warn"),
    options.maxBodyBytes ?? 67_108_864,
    options.timeoutMs ?? 30_000,
    options.retryBudgetMs ?? 60_000,
    options.unknownProperties === "send",
    ["error", "warn", "off"].indexOf(options.validateResponses ?? "error"),
    baseUrl,
    authorization,
    secret,
    headers(what, options),
    options.organizationId ?? environment("CLICKHOUSE_ORG_ID"),
    limiter(rateLimit, sharing),
  ];
}

/**
 * Without what is undefined or null.
 *
 * @template {object} T
 * @param {T | undefined} options
 * @returns {Partial<T>}
 */
function present(options) {
  return /** @type {Partial<T>} */ (Object.fromEntries(Object.entries(options ?? {}).filter(([, value]) => value !== null)));
}

/**
 * @param {string} what
 * @param {{ headers?: HeadersInit | undefined }} options
 */
function headers(what, options) {
  const pairs = headerPairs(options.headers);
  if (pairs.length % 2 === 0) return pairs;
  // The value may be a secret: it is not shown.
  const message = `headers: "${pairs[0]}" is no header name, or its value no string that a header can hold`;
  throw new ConfigurationError(`${what}: ${message}`);
}

/**
 * Signal, time limit and headers of a call.
 *
 * @param {string} what
 * @param {CallOptions | undefined} options
 * @returns {[AbortSignal | undefined, number | undefined, string[]]}
 */
export function callOptions(what, options) {
  checkOptions(what, options, `timeoutMs:from:1 ${CALL}`);
  const { signal, timeoutMs, ...rest } = present(options);
  return [signal, timeoutMs, headers(what, rest)];
}

/**
 * Signal, deadline, interval, callback and headers of a wait.
 *
 * @param {string} what
 * @param {WaitOptions & { start?: boolean | undefined } | undefined} options
 * @param {string} [own] an option of one helper alone
 * @returns {[AbortSignal | undefined, number | undefined, number | undefined, WaitOptions["onProgress"], string[]]}
 */
export function waitOptions(what, options, own = "") {
  checkOptions(what, options, `timeoutMs:from:0 pollIntervalMs:from:0 onProgress:function ${CALL}${own}`);
  const { signal, timeoutMs, pollIntervalMs, onProgress, ...rest } = present(options);
  return [signal, timeoutMs, pollIntervalMs, onProgress, headers(what, rest)];
}
