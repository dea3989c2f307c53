// @ts-check
// The types of the proxy's options.

/** @import { CloudClientOptions } from "../generated/client_bg.js" */
/** @import { OperationName } from "../generated/routes.js" */

/**
 * What a request asks for, as `authorize` is told.
 *
 * @typedef {object} ProxyCall
 * @property {OperationName} operation Such as `services.get`.
 * @property {Record<string, string>} path The values in the path, such as `serviceId`. They are not checked yet.
 */

/**
 * The options that are not those of the client, or not by default.
 *
 * @typedef {object} ProxyOwnOptions
 * @property {readonly OperationName[]} allow
 *   The operations that are let through, each by its name. There is no word for all.
 * @property {(request: Request, call: ProxyCall) => boolean | Response | Promise<boolean | Response>} authorize
 *   Whether who sends this request may use the key. A `Response` is a refusal of your own, such as a 401. The body is the
 *   proxy's: read that of `request.clone()`.
 * @property {string | undefined} [organizationId]
 *   The one organization that is let through. By default CLICKHOUSE_ORG_ID.
 * @property {readonly string[] | undefined} [hosts]
 *   The names or addresses at which the proxy is reached, without a scheme and a port, such as `app.example.com`. Requests for
 *   others get a 421, since a page of any site can give its own name the address of this server (DNS rebinding). By default
 *   those of this machine alone, such as `localhost`: name yours before you deploy it. The hosts of `origins` count as well;
 *   `*` is for servers behind something that has checked the `Host` header.
 * @property {readonly string[] | undefined} [origins]
 *   Other sites whose pages may use the proxy, such as `https://app.example.com`. By default none.
 * @property {string | undefined} [prefix]
 *   What precedes `/v1/` in the path, such as `/api/clickhouse`. By default anything may.
 * @property {number | undefined} [maxRequestBytes]
 *   A longer body is refused. By default 1 MiB.
 * @property {number | undefined} [timeoutMs]
 *   For one attempt, its body included, in milliseconds. By default 25,000: the page's client waits for 30,000.
 * @property {number | undefined} [retryBudgetMs]
 *   How long after the first attempt's start a retry may still begin, in milliseconds. By default 0: it is the page's
 *   client that tries again. With more, for pages without it, calls also wait for the rate limit instead of being refused.
 */

/**
 * The options of the proxy: its own, and those of the client that sends for it.
 *
 * @typedef {Omit<CloudClientOptions, keyof ProxyOwnOptions | "validateResponses"> & ProxyOwnOptions} ProxyOptions
 */

export {};
