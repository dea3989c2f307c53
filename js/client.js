// @ts-check
// The public client: CloudClient, its resources, and the methods that combine several requests. Most operations are generated
// from the contract (generated/methods.js). This file only reads arguments: the wasm handles requests, retries and responses.
import { ConfigurationError } from "./errors.js";
import { drive } from "./bindings/driver.js";
import { needRoom } from "./bindings/stack.js";
import { get, put } from "./bindings/values.js";
import { BackupsOperations, OrganizationsOperations, Resources, ServicesOperations } from "./generated/methods.js";
import { BuiltRequest } from "./built.js";
import { attach, tell } from "./created.js";
import { Core } from "./wasm.js";
import { hidden } from "./hidden.js";
import { callOptions, settings, waitOptions } from "./options.js";
import { parts, written } from "./parameters.js";
import { cloudPromise, retraced, traced } from "./promise.js";

/**
 * @import { Backup, BackupStatus, CreateServiceBody, CreateServiceResult, Routes, Service, State } from "./generated/schema.js"
 * @import { CallOptions, CloudClientOptions, CloudPromise, WaitOptions } from "./generated/client_bg.js"
 * @import { WaitGoal } from "./options.js"
 */

/**
 * `{ path, query, body }` of a route, and the options of the call. The route decides which of them are optional.
 *
 * @template {keyof Routes} R
 * @typedef {{} extends Omit<Routes[R], "result">
 *   ? [parameters?: Omit<Routes[R], "result">, options?: CallOptions]
 *   : [parameters: Omit<Routes[R], "result">, options?: CallOptions]} RouteParameters
 */

/** Services: create, update, stop, delete, and wait for them. */
export class Services extends ServicesOperations {
  /**
   * @param {Core} core
   * @internal
   */
  constructor(core) {
    super({ core, call: caller(core) });
  }

  /**
   * Starts a stopped service. The service is `starting` until it runs; `waitFor` waits for that.
   *
   * @param {string} serviceId The id of the service.
   * @param {CallOptions} [options] `signal`, `timeoutMs` (per attempt, in milliseconds) and `headers` of this call.
   * @returns {CloudPromise<Service>}
   */
  start(serviceId, options) {
    return this.updateState(serviceId, { command: "start" }, options);
  }

  /**
   * Stops a service. The service is `stopping` until it has stopped; `waitFor` waits for that.
   *
   * @param {string} serviceId The id of the service.
   * @param {CallOptions} [options] `signal`, `timeoutMs` (per attempt, in milliseconds) and `headers` of this call.
   * @returns {CloudPromise<Service>}
   */
  stop(serviceId, options) {
    return this.updateState(serviceId, { command: "stop" }, options);
  }

  /**
   * Wakes an idle service. The service is `awaking` until it runs. On a running service this has no effect.
   *
   * @param {string} serviceId The id of the service.
   * @param {CallOptions} [options] `signal`, `timeoutMs` (per attempt, in milliseconds) and `headers` of this call.
   * @returns {CloudPromise<Service>}
   */
  awake(serviceId, options) {
    return this.updateState(serviceId, { command: "awake" }, options);
  }

  /**
   * Sets the password of the `default` user, also for the MySQL interface. The password is hashed locally: only its hashes
   * (`hashPassword`, `doubleSha1Hash`) are sent, never the password itself.
   *
   * @param {string} serviceId The id of the service.
   * @param {string | Uint8Array} password The password: a string, or its UTF-8 bytes.
   * @param {CallOptions} [options] `signal`, `timeoutMs` (per attempt, in milliseconds) and `headers` of this call.
   * @returns {CloudPromise<void>}
   */
  setPassword(serviceId, password, options) {
    const helper = "services.setPassword";
    const operation = "services.updatePassword";
    return cloudPromise(
      () => {
        const { path, query, body, refused } = written(helper, { path: { serviceId } });
        const { timeoutMs, headers, signal } = callOptions(helper, options);
        const call = { operation, path, query, body, refused, timeoutMs, headers };
        return { future: alive(coreOf(this), helper).setPassword(call, password), signal };
      },
      () => undefined,
    );
  }

  /**
   * Replaces the password of the `default` user by one that ClickHouse Cloud generates. The password is returned only once:
   * store it. A response without a password is a `ResponseValidationError`; the old password no longer works then, so reset
   * it again.
   *
   * @param {string} serviceId The id of the service.
   * @param {CallOptions} [options] `signal`, `timeoutMs` (per attempt, in milliseconds) and `headers` of this call.
   * @returns {CloudPromise<{ password: string }>}
   */
  resetPassword(serviceId, options) {
    return /** @type {CloudPromise<any>} */ (this.updatePassword(serviceId, {}, options));
  }

  /**
   * Polls the service until it is in the state, or in one of the states. Resolves with the service.
   *
   * Rejects with a `WaitError` when the deadline passes, when the service fails, or when it is deleted meanwhile. Temporary
   * failures (no response, 429, 5xx, an error page of a proxy) do not end the wait; a 400, 401 or 403 ends it with its own
   * error, and so does the 404 of a service that never existed. A misspelled state is a `ConfigurationError`; an unknown
   * state is polled for, with a warning in the log.
   *
   * @param {string} serviceId The id of the service.
   * @param {State | readonly State[]} state The state to wait for, or a list of states.
   * @param {WaitOptions} [options] `timeoutMs` is the deadline of the whole wait in milliseconds, 30 minutes by default.
   * @returns {Promise<Service>}
   */
  waitFor(serviceId, state, options) {
    const helper = "services.waitFor";
    const goal = () => {
      const states = [state].flat();
      if (states.length === 0 || states.some((one) => typeof one !== "string" || one.length === 0)) {
        throw new ConfigurationError(`${helper}: expects a state, or a list of states`);
      }
      return /** @type {const} */ ({ goal: "states", helper, states });
    };
    return wait(coreOf(this), helper, { serviceId }, options, goal);
  }

  /**
   * Creates a service and waits until it is `running` or `idle`: a new service may go idle before a poll sees it run.
   *
   * The password is returned only once. If the wait fails, the error's `created` property has the service and its password,
   * hidden from logs. `onCreated` is called with both before the wait begins, so that an aborted call loses nothing either.
   * It may be async and is awaited; its time does not count towards `timeoutMs`. An error that it throws or rejects with
   * ends the call and gets the `created` property, if it is an extensible object.
   *
   * @param {CreateServiceBody} body The service to create.
   * @param {WaitOptions & { onCreated?: ((created: CreateServiceResult) => unknown) | undefined }} [options]
   *   The options of a wait, and `onCreated`.
   * @returns {Promise<CreateServiceResult>}
   */
  async createAndWait(body, options) {
    const helper = "services.createAndWait";
    const { signal, given, all } = waitOptions(helper, options, " onCreated:function");
    const create = { operation: "services.create", ...written(helper, { body }), timeoutMs: undefined, headers: given.headers };
    // A handle of its own: freeing the client during the call does not lose the created service.
    const core = alive(coreOf(this), helper).share();
    let data;
    try {
      needRoom();
      ({ data } = await drive(core.call(create), signal));
      await tell(all.onCreated, data, signal);
      const { path, query, refused } = written(helper, { path: { serviceId: get(get(data, "service"), "id") ?? "" } });
      const request = { path, query, body: undefined, refused };
      const future = core.wait({ ...request, ...given, goal: "states", helper, states: ["running", "idle"] });
      put(data, "service", await drive(future, signal));
      return data;
    } catch (error) {
      if (data !== undefined) attach(error, data, signal);
      throw retraced(error);
    } finally {
      core.free();
    }
  }

  /**
   * Brings a service to `running`, and resolves with it. An idle service is woken; a stopped one is started only with
   * `{ start: true }`.
   *
   * Rejects with a `WaitError` when the deadline passes, when the service can no longer run, or when the API refuses the
   * command with the same message for two minutes. The refusal is the error's `cause`.
   *
   * @param {string} serviceId The id of the service.
   * @param {WaitOptions & { start?: boolean | undefined }} [options] The options of a wait, and `start`.
   * @returns {Promise<Service>}
   */
  ensureRunning(serviceId, options) {
    return wait(
      coreOf(this),
      "services.ensureRunning",
      { serviceId },
      options,
      ({ start }) => ({ goal: "running", start: start === true }),
      " start:flag",
    );
  }

  /**
   * Stops the service if necessary, deletes it, and resolves once the API itself reports that it is gone. `found` is `false`
   * if the service did not exist to begin with; the list of services and the deletion itself confirm that. A deletion that
   * was interrupted at any point is continued by calling this again.
   *
   * Rejects with a `WaitError` when the deadline passes; when the API refuses for good (the primary service of a warehouse
   * that has secondary services, or the same message for two minutes), with the refusal as its `cause`; and when reads
   * of the service give only 404s and the list cannot be read either: a proxy or a wrong `baseUrl` also responds with a 404.
   *
   * @param {string} serviceId The id of the service.
   * @param {WaitOptions} [options] `timeoutMs` is the deadline of the whole wait in milliseconds, 30 minutes by default.
   * @returns {Promise<{ found: boolean }>}
   */
  stopAndDelete(serviceId, options) {
    return wait(coreOf(this), "services.stopAndDelete", { serviceId }, options, () => ({ goal: "deletion" }));
  }
}

/** Backups of services. */
export class Backups extends BackupsOperations {
  /**
   * @param {Core} core
   * @internal
   */
  constructor(core) {
    super({ core, call: caller(core) });
  }

  /**
   * Polls the backup until it is `done`. Resolves with the backup.
   *
   * Rejects with a `WaitError` when the deadline passes, when the backup fails, or when it is gone.
   *
   * @param {string} serviceId The id of the service.
   * @param {string} backupId The id of the backup.
   * @param {WaitOptions<BackupStatus>} [options] `timeoutMs` is the deadline of the whole wait in milliseconds, 30 minutes by default.
   * @returns {Promise<Backup>}
   */
  waitFor(serviceId, backupId, options) {
    return wait(coreOf(this), "backups.waitFor", { serviceId, backupId }, options, () => ({ goal: "backup" }));
  }
}

/** Organizations of the key. */
export class Organizations extends OrganizationsOperations {
  /**
   * @param {Core} core
   * @internal
   */
  constructor(core) {
    super({ core, call: caller(core) });
  }
}

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
    const core = new Core(...settings(options));
    super({ core, call: caller(core) });
    /** Services: create, update, stop, delete, and wait for them. */
    this.services = new Services(core);
    /** Backups of services. */
    this.backups = new Backups(core);
    /** Organizations of the key. */
    this.organizations = new Organizations(core);
  }

  /**
   * Calls any operation of the contract by its route. `organizationId` may be omitted from the path and defaults to the
   * client's organization.
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
    const core = coreOf(this);
    if (freed.has(core)) return;
    core.free();
    freed.add(core);
  }

  /** Calls `free()` at the end of a block that declares `using cloud = new CloudClient()`. */
  [Symbol.dispose]() {
    this.free();
  }
}

// In a runtime without Symbol.dispose, the method above was defined under the name "undefined".
if (Symbol.dispose === undefined) Reflect.deleteProperty(CloudClient.prototype, "undefined");

/**
 * @param {CloudClient | Services | Backups} owner
 * @returns {Core}
 */
const coreOf = (owner) => hidden(owner).core;

/** @type {WeakSet<Core>} */
const freed = new WeakSet();

/**
 * Gives the core, unless the client has been freed. Called after the caller's arguments have been read: a getter among them
 * may free the client.
 *
 * @param {Core} core
 * @param {string} what the call, for the error
 */
function alive(core, what) {
  if (freed.has(core)) throw new ConfigurationError(`${what}: the client has been freed, make another one`);
  return core;
}

/**
 * Gives the function that carries out one operation of a client.
 *
 * @param {Core} core
 * @param {typeof parts} [read] reads the parameters; those of generated methods have no unknown names to check for
 * @returns {(operation: string, parameters?: object, options?: CallOptions) => CloudPromise<any>}
 */
const caller =
  (core, read = written) =>
  (named, parameters, options) =>
    cloudPromise(() => {
      const operation = String(named);
      const { path, query, body, refused } = read(operation, parameters);
      const { timeoutMs, headers, signal } = callOptions(operation, options);
      const call = { operation, path, query, body, refused, timeoutMs, headers };
      return { future: alive(core, operation).call(call), signal };
    });

/**
 * Starts a wait and gives its promise.
 *
 * @template {WaitOptions<string>} T
 * @param {Core} core
 * @param {string} helper
 * @param {object} path
 * @param {T | undefined} options
 * @param {(options: Partial<T>) => WaitGoal} goal
 * @param {string} [own] the specification of an option that only this helper has, as `read` takes it
 * @returns {Promise<any>}
 */
function wait(core, helper, path, options, goal, own) {
  return traced(() => {
    const request = written(helper, { path });
    const { signal, given, all } = waitOptions(helper, options, own);
    const call = { ...request, ...given, ...goal(all) };
    return { future: alive(core, helper).wait(call), signal };
  });
}

export { BuiltRequest };
export { RateLimiter } from "./limiter.js";
export { doubleSha1Hash, generatePassword, hashPassword } from "./passwords.js";
export { schemas } from "./schemas.js";
