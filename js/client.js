// @ts-check
// The public client. Most methods of its resources are generated from the contract (generated/methods.js); those that combine
// several requests are in helpers/. This side only reads arguments: the wasm handles requests, retries and responses.
import { retraced } from "./bindings/driver.js";
import { BuiltRequest } from "./built.js";
import { alive, caller, coreOf, free, lister, waiter } from "./calls.js";
import { OrganizationsResource, Resources } from "./generated/methods.js";
import { ClickPipesResource } from "./helpers/click_pipes.js";
import { KeysResource } from "./helpers/keys.js";
import { PostgresResource } from "./helpers/postgres.js";
import { BackupsResource, ServicesResource } from "./helpers/services.js";
import { UdfsResource } from "./helpers/udfs.js";
import { UsageCostResource } from "./helpers/usage_cost.js";
import { settings } from "./options.js";
import { parts } from "./parameters.js";
import { Core } from "./wasm.js";

/**
 * @import { Routes } from "./generated/schema.js"
 * @import { CallOptions, CloudClientOptions, CloudPromise } from "./generated/client_bg.js"
 */

/**
 * `{ path, query, body }` of a route, and the options of the call. The route decides which of them are optional.
 *
 * @template {keyof Routes} R
 * @typedef {{} extends Omit<Routes[R], "result">
 *   ? [parameters?: Omit<Routes[R], "result">, options?: CallOptions]
 *   : [parameters: Omit<Routes[R], "result">, options?: CallOptions]} RouteParameters
 */

/**
 * Gives a function that removes secrets from a text: those of the client, and those in the parameters of a request. The proxy
 * uses it on texts that it passes on, so that it redacts as the client does.
 *
 * @type {(client: CloudClient, operation: string, parameters?: object) => (text: string) => string}
 * @internal
 */
export const redactor = (client, operation, parameters) => {
  const request = { operation, ...parts(operation, parameters) };
  return (text) => coreOf(client).redact(request, text);
};

/**
 * A client of the ClickHouse Cloud API.
 *
 * It validates each request before sending it, respects the rate limit, retries requests that are safe to retry, and
 * validates each response. One client for each key is enough: its calls share the rate limit.
 */
export class CloudClient extends Resources {
  /**
   * Creates a client. Nothing is sent before the first call.
   *
   * Throws a `ConfigurationError` when an option is unknown or invalid, or when there are no credentials.
   *
   * @param {CloudClientOptions} [options] The key, the organization, `baseUrl` and `allowHttp` default to environment variables.
   */
  constructor(options) {
    const given = settings(options);
    const core = new Core(...given);
    const { authorization, host } = given[0];
    const inner = { core, authorization, fetch: outside(host), call: caller(core), list: lister(core), waitFor: waiter(core) };
    super(inner);
    /** Services: create, update, stop, delete, and wait for them. */
    this.services = new ServicesResource(inner);
    /** Backups of services. */
    this.backups = new BackupsResource(inner);
    /** ClickPipes: pipelines that load data into a service, and the private connections to their sources. */
    this.clickPipes = new ClickPipesResource(inner);
    /** Postgres services. */
    this.postgres = new PostgresResource(inner);
    /** API keys of the organization. */
    this.keys = new KeysResource(inner);
    /** User-defined functions, their versions and the services that they are attached to. */
    this.udfs = new UdfsResource(inner);
    /** Costs of the organization by day. */
    this.usageCost = new UsageCostResource(inner);
  }

  /**
   * Calls any operation of the contract by its route. `organizationId` may be omitted from the path, except in the routes of
   * `organizations`, and defaults to the client's organization.
   *
   * @template {keyof Routes} R
   * @param {R} route The method and the path template, such as `GET /v1/organizations`.
   * @param {RouteParameters<R>} rest `{ path, query, body }` of the route, and the options of the call.
   * @returns {CloudPromise<Routes[R]["result"]>}
   */
  request(route, ...rest) {
    return caller(coreOf(this), parts)(route, ...rest);
  }

  /**
   * Validates and builds a request without sending it. Throws a `RequestValidationError` that lists every issue, or a
   * `ConfigurationError` when the organization is not known.
   *
   * @template {keyof Routes} R
   * @param {R} route The method and the path template, such as `GET /v1/organizations`.
   * @param {RouteParameters<R>} rest `{ path, query, body }` of the route, and the options of the call.
   * @returns {BuiltRequest}
   */
  buildRequest(route, ...rest) {
    const operation = String(route);
    const [parameters] = rest;
    try {
      const request = { operation, ...parts(operation, parameters) };
      return new BuiltRequest(alive(coreOf(this), operation).build(request));
    } catch (error) {
      throw retraced(error);
    }
  }

  /**
   * Frees the client's memory at once. Without it, the garbage collector frees the memory some time after the last use of
   * the client and of its `services`, `backups` and `organizations`. Calls in flight continue; new calls fail with a
   * `ConfigurationError`. Freeing a client again has no effect.
   */
  free() {
    free(coreOf(this));
  }

  /** Calls `free()` at the end of a block that declares `using cloud = new CloudClient()`. */
  [Symbol.dispose]() {
    this.free();
  }
}

// In a runtime without Symbol.dispose, the method above was defined under the name "undefined".
if (Symbol.dispose === undefined) Reflect.deleteProperty(CloudClient.prototype, "undefined");

/**
 * The client's `fetch`, for addresses beside the API. The runtime's is looked up at each call: tests and tracing libraries replace it.
 *
 * @param {import("./generated/client_bg.js").CoreHost} host
 */
const outside = (host) => (/** @type {string} */ url, /** @type {any} */ init) => (host.fetch ?? /** @type {any} */ (fetch))(url, init);

export { BackupsResource as Backups, BuiltRequest, OrganizationsResource as Organizations, ServicesResource as Services };
export { RateLimiter } from "./limiter.js";
export { doubleSha1Hash, generatePassword, hashPassword } from "./passwords.js";
export { schemas } from "./schemas.js";
