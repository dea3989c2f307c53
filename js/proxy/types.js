// @ts-check
// The types of the proxy's options, which are public.

/** @import { CloudClientOptions } from "../generated/client_bg.js" */
/** @import { OperationName } from "../generated/routes.js" */

/**
 * The operation that a request calls, as `authorize` receives it.
 *
 * @typedef {object} ProxyCall
 * @property {OperationName} operation The name of the operation, such as `services.get`.
 * @property {Record<string, string>} path The path parameters by name, such as `serviceId`. They are not validated yet.
 */

/**
 * The proxy's own options, and the client's options that have another default here.
 *
 * @typedef {object} ProxyOwnOptions
 * @property {readonly OperationName[]} allow
 *   The names of the operations that pages may call. There is no wildcard.
 * @property {(request: Request, call: ProxyCall) => boolean | Response | Promise<boolean | Response>} authorize
 *   Decides whether the sender of this request may use the key. Only `true` allows it; a `Response`, such as a 401, is sent as
 *   the refusal; an exception refuses it, too. To read the body, read that of `request.clone()`.
 * @property {string | undefined} [organizationId]
 *   The id of the only organization that pages may use. By default that of CLICKHOUSE_ORG_ID.
 * @property {readonly string[] | undefined} [hosts]
 *   The host names or addresses of the proxy, without a scheme and a port, such as `app.example.com`. Requests for other hosts
 *   get a 421, since any site can point its own name at the address of this server (DNS rebinding). By default only names of
 *   this machine, such as `localhost`: list yours before you deploy. The hosts of `origins` are included. `*` allows every
 *   host, for servers behind one that has checked the `Host` header.
 * @property {readonly string[] | undefined} [origins]
 *   The origins of other sites whose pages may use the proxy, such as `https://app.example.com`. By default none.
 * @property {string | undefined} [prefix]
 *   The path before `/v1/`, such as `/api/clickhouse`. By default any.
 * @property {number | undefined} [maxRequestBytes]
 *   The largest size of a request body, in bytes; a larger one gets a 413. By default 1 MiB.
 * @property {number | undefined} [timeoutMs]
 *   The timeout of one attempt, including its body, in milliseconds. By default 25,000: the page's client waits for 30,000.
 * @property {number | undefined} [retryBudgetMs]
 *   How long after the start of the first attempt a retry may begin, in milliseconds. By default 0: the page's client retries.
 *   With a budget, for pages without that client, calls also wait for the rate limit instead of being refused.
 */

/**
 * The options of the proxy: its own, and those of the client that sends its requests.
 *
 * @typedef {Omit<CloudClientOptions, keyof ProxyOwnOptions | "validateResponses"> & ProxyOwnOptions} ProxyOptions
 */

export {};
