// @ts-check
// Reads and checks the options of the proxy, and creates the client that sends for all pages.
import { ConfigurationError } from "../errors.js";
import { ROUTES } from "../generated/routes.js";
import { get } from "../bindings/values.js";
import { CloudClient, redactor } from "../client.js";
import { RateLimiter, isRateLimiter } from "../limiter.js";
import { CLIENT } from "../options.js";
import { read } from "../read.js";
import { environment } from "../runtime/environment.js";
import { KEY } from "./idempotency.js";
import { hostIn } from "./hosts.js";
import { rateWindow } from "./rate-limit.js";

/** @import { ProxyOptions } from "./types.js" */

const NAME = "createProxy";
const OWN = "allow:any authorize:function hosts:any origins:any prefix:text maxRequestBytes:whole:1";
/** The client's options except validateResponses: a page's client validates the responses itself. */
const FROM_CLIENT = CLIENT.split(" ").filter((one) => !one.startsWith("validateResponses:"));

/** @param {string} message @returns {never} */
function invalid(message) {
  throw new ConfigurationError(`${NAME}: ${message}`);
}

/** Gives the checked settings and the client; throws a `ConfigurationError`. @param {ProxyOptions} options */
export function settings(options) {
  const given = /** @type {ProxyOptions} */ (read(NAME, options, [OWN, ...FROM_CLIENT].join(" ")));
  const organizationId = given.organizationId ?? environment("CLICKHOUSE_ORG_ID");
  if (typeof given.authorize !== "function") {
    invalid('needs authorize, a function that says whether a request may use the key; "() => true" lets everyone who reaches it');
  }
  if (organizationId === undefined) invalid("needs the organizationId option, or CLICKHOUSE_ORG_ID: only that organization is let through");
  const { clock, logLevel, logger = console } = given;
  const now = () => clock?.now() ?? Date.now();
  /** The callbacks to run when a call is sent, by the idempotency key that the call carries. @type {Map<string, () => void>} */
  const sending = new Map();
  const client = clientOf(given, organizationId, now, sending);
  const route = "GET /v1/organizations";
  // Asked of a built request, since the credentials may come from the environment or from a header.
  if (client.buildRequest(route).headers.authorization === undefined) invalid("needs keyId and keySecret, or bearerToken");
  const clean = redactor(client, route);
  return {
    client,
    sending,
    organizationId,
    allow: operationSet(given.allow),
    authorize: given.authorize,
    hosts: hostList(given.hosts),
    origins: originList(given.origins ?? []),
    prefix: pathPrefix(given.prefix),
    maxRequestBytes: given.maxRequestBytes ?? 1_048_576,
    now,
    clean,
    /**
     * @param {string} line
     * @param {unknown} [error]
     */
    log(line, error) {
      if (logLevel === "off") return;
      try {
        const logged = /** @type {unknown} */ (logger.error(clean(`${NAME}: ${line}${error === undefined ? "" : `: ${error}`}`)));
        // The logger may be async. There is no log for its own rejection.
        Promise.resolve(logged).catch(() => {});
      } catch {
        // The error may be a value that cannot be converted to a string, or the logger may throw.
      }
    },
  };
}

/**
 * Creates the client that all pages share, with its rate limit. By default the pages' clients retry, not this one: only they
 * know how long the user waits, and whether an earlier attempt may have been applied.
 *
 * @param {ProxyOptions} given
 * @param {string} organizationId
 * @param {() => number} now
 * @param {Map<string, () => void>} sending
 */
function clientOf(given, organizationId, now, sending) {
  const names = FROM_CLIENT.map((one) => one.split(":")[0] ?? "");
  const options = Object.fromEntries(names.map((name) => [name, /** @type {any} */ (given)[name]]));
  const timeoutMs = given.timeoutMs ?? 25_000;
  const fetch = withoutKey(given.fetch, sending);
  const own = { organizationId, fetch, timeoutMs, retryBudgetMs: given.retryBudgetMs ?? 0, rateLimit: limitOf(given, timeoutMs, now) };
  // A violation in a response is logged here; the page's own client reports it to the page.
  return reworded(() => new CloudClient({ ...options, ...own, validateResponses: "warn" }), "new CloudClient: ", "");
}

/**
 * Gives a fetch that removes the idempotency key, which is only for the proxy, and runs the callback of the call.
 *
 * @param {ProxyOptions["fetch"]} given
 * @param {Map<string, () => void>} sending
 * @returns {NonNullable<ProxyOptions["fetch"]>}
 */
function withoutKey(given, sending) {
  return async (url, init) => {
    const { [KEY]: key = "", ...headers } = /** @type {Record<string, string>} */ (init.headers);
    sending.get(key)?.();
    const own = { ...init, headers };
    if (given !== undefined) return given(url, own);
    return globalThis.fetch(url, own).catch((error) => {
      // Some hosts throw errors of other classes; the client takes only a TypeError for a network failure.
      throw error instanceof TypeError ? error : new TypeError(String(error?.message), { cause: error });
    });
  };
}

/**
 * Gives the limiter: one that refuses instead of queueing, unless the proxy retries or the caller gave a limiter.
 *
 * @param {ProxyOptions} given
 * @param {number} timeoutMs
 * @param {() => number} now
 */
function limitOf({ rateLimit, retryBudgetMs }, timeoutMs, now) {
  const custom = rateLimit === false || isRateLimiter(rateLimit) || get(rateLimit, "acquire") !== undefined;
  const { requests, perMs } = /** @type {{ requests: number, perMs: number }} */ (rateLimit || new RateLimiter());
  return custom || retryBudgetMs ? rateLimit : rateWindow({ requests, perMs }, timeoutMs, now);
}

/**
 * Rewords a `ConfigurationError` of the client for users of the proxy.
 *
 * @template T
 * @param {() => T} run
 * @param {string} theirs
 * @param {string} ours
 */
function reworded(run, theirs, ours) {
  try {
    return run();
  } catch (error) {
    // For example a RangeError at the end of the stack.
    if (!(error instanceof ConfigurationError)) throw error;
    return invalid(error.message.replace(theirs, ours));
  }
}

/** @param {unknown} names */
function operationSet(names) {
  if (!Array.isArray(names)) return invalid("needs allow, a list of operations such as services.list");
  const known = ROUTES.map(({ name }) => `${name}:any`).join(" ");
  for (const name of names) {
    if (String(name).includes("*"))
      invalid(`allow takes no ${name}: name each operation, so that an update of this package lets no other through`);
    reworded(() => read(NAME, { [String(name)]: true }, known), `${NAME}: unknown option`, "allow: there is no operation");
  }
  return new Set(names);
}

/** @param {unknown} origins */
function originList(origins) {
  if (!Array.isArray(origins)) return invalid("origins must be a list of origins such as https://app.example.com");
  for (const one of origins) {
    if (!/^https?:/.test(one) || !URL.canParse(one) || new URL(one).origin !== one) {
      invalid(`origins must hold a scheme, a host and a port each, such as https://app.example.com, not ${one}`);
    }
  }
  return origins;
}

/** @param {unknown} names */
function hostList(names) {
  if (names === undefined) return undefined;
  if (!Array.isArray(names)) return invalid("hosts must be a list of names such as app.example.com");
  return names.map((name) => {
    // An IPv6 address may be given without its brackets.
    const text = /^[\da-f]*:[\da-f:.]*:[\da-f.]*$/i.test(name) ? `[${name}]` : String(name);
    const host = text === "*" ? text : hostIn(text);
    if (host === undefined || /[^\]]:\d*$|\]:\d*$/.test(text)) {
      invalid(`hosts must hold names or addresses without a scheme and a port, such as app.example.com, or *, not ${name}`);
    }
    return host ?? "";
  });
}

/** @param {string | undefined} given */
function pathPrefix(given) {
  if (given !== undefined && !given.startsWith("/")) invalid("prefix must begin with a slash");
  return given?.replace(/\/+$/, "");
}
