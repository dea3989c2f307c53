// @ts-check
// The class CloudClient and what hangs on it: names and arguments, as users write them. All else is in the wasm.
import { Core } from "../dist/client_bg.js";
import { CloudError, ConfigurationError } from "../dist/errors.js";
import { BackupsOperations, OrganizationsOperations, ServicesOperations } from "../dist/methods.js";
import { get } from "../dist/values.js";
import { BuiltRequest } from "./built.js";
import { callOptions, settings, waitOptions } from "./options.js";
import { pairs, parts } from "./parameters.js";
import { cloudPromise, retraced, traced } from "./promise.js";

/**
 * @import { CloudPromise } from "./promise.js"
 * @import { Backup, BackupStatus, CreateServiceBody, CreateServiceResult, Routes, Service, State } from "../dist/schema.js"
 * @import { CallOptions, CloudClientOptions, WaitOptions } from "../dist/client_bg.js"
 */

/**
 * `{ path, query, body }` of a route, and the options of the call. What may be left out of it is the route's own.
 *
 * @template {keyof Routes} R
 * @typedef {{} extends Omit<Routes[R], "result">
 *   ? [parameters?: Omit<Routes[R], "result">, options?: CallOptions]
 *   : [parameters: Omit<Routes[R], "result">, options?: CallOptions]} RouteParameters
 */

/** Services: create, change, stop, delete, and wait for them. */
export class Services extends ServicesOperations {
  #core;

  /**
   * @param {Core} core
   * @internal
   */
  constructor(core) {
    super(caller(core));
    this.#core = core;
  }

  /**
   * Starts a stopped service. It is `starting` for a while.
   *
   * @param {string} serviceId The service.
   * @param {CallOptions} [options] `signal`, `timeoutMs` and `headers` of this call.
   * @returns {CloudPromise<Service>}
   */
  start(serviceId, options) {
    return this.updateState(serviceId, { command: "start" }, options);
  }

  /**
   * Stops a service. It is `stopping` for a while.
   *
   * @param {string} serviceId The service.
   * @param {CallOptions} [options] `signal`, `timeoutMs` and `headers` of this call.
   * @returns {CloudPromise<Service>}
   */
  stop(serviceId, options) {
    return this.updateState(serviceId, { command: "stop" }, options);
  }

  /**
   * Wakes an idle service. It is `awaking` for a while; on a running one this does nothing.
   *
   * @param {string} serviceId The service.
   * @param {CallOptions} [options] `signal`, `timeoutMs` and `headers` of this call.
   * @returns {CloudPromise<Service>}
   */
  awake(serviceId, options) {
    return this.updateState(serviceId, { command: "awake" }, options);
  }

  /**
   * Sets the password of the `default` user. It is hashed here: the password itself is never sent.
   *
   * For the MySQL interface too, use `updatePassword` with `hashPassword` and `doubleSha1Hash`.
   *
   * @param {string} serviceId The service.
   * @param {string | Uint8Array} password A string, or its bytes.
   * @param {CallOptions} [options] `signal`, `timeoutMs` and `headers` of this call.
   * @returns {CloudPromise<void>}
   */
  setPassword(serviceId, password, options) {
    const helper = "services.setPassword";
    const operation = "services.updatePassword";
    const given = () => ({ helper, operation, path: pairs({ serviceId }), password, ...callOptions(helper, options) });
    return cloudPromise(async () => ({ ...(await enter(this.#core, "call", given())), data: undefined }));
  }

  /**
   * Lets ClickHouse Cloud make a new password. It is shown only here: keep it.
   *
   * @param {string} serviceId The service.
   * @param {CallOptions} [options] `signal`, `timeoutMs` and `headers` of this call.
   * @returns {CloudPromise<{ password: string }>}
   */
  resetPassword(serviceId, options) {
    return /** @type {CloudPromise<any>} */ (this.updatePassword(serviceId, {}, options));
  }

  /**
   * Waits until the service is in the state, or in one of the states; resolves with the service.
   *
   * Rejects with a `WaitError` when the time is up, when the service fails, or when it is gone.
   *
   * @param {string} serviceId The service.
   * @param {State | readonly State[]} state The state to wait for, or several.
   * @param {WaitOptions} [options] `timeoutMs` is the deadline of the whole wait, 30 minutes by default.
   * @returns {Promise<Service>}
   */
  waitFor(serviceId, state, options) {
    const helper = "services.waitFor";
    const more = () => {
      const states = [state].flat();
      if (states.length === 0 || states.some((one) => typeof one !== "string" || one.length === 0)) {
        throw new ConfigurationError(`${helper}: expects a state, or a list of states`);
      }
      return { states };
    };
    return wait(this.#core, helper, "services.get", { serviceId }, options, "", more);
  }

  /**
   * Creates a service and waits until it is running.
   *
   * The password is shown only once. Should the wait fail, the error's `created` still has it; `onCreated` is told of it
   * before the wait begins, so that an abort loses nothing either.
   *
   * @param {CreateServiceBody} body The service to be created.
   * @param {WaitOptions & { onCreated?: ((created: CreateServiceResult) => void) | undefined }} [options] Those of a wait, and `onCreated`.
   * @returns {Promise<CreateServiceResult>}
   */
  async createAndWait(body, options) {
    const helper = "services.createAndWait";
    const { onCreated, ...rest } = waitOptions(helper, options, " onCreated:function");
    const create = { operation: "services.create", ...parts(helper, { body }), ...rest };
    // Of its own: who frees the client meanwhile does not lose what was created.
    const core = alive(this.#core, helper).share();
    let data;
    try {
      ({ data } = await core.call(create));
      onCreated?.(data);
      const path = pairs({ serviceId: get(get(data, "service"), "id") ?? "" });
      data.service = await core.call({ helper, operation: "services.get", path, states: ["running"], ...rest });
      return data;
    } catch (error) {
      // The types that users see do not have it.
      /** @type {any} */ (CloudError).attachCreated(error, data);
      throw retraced(error);
    } finally {
      core.free();
    }
  }

  /**
   * Brings a service to `running`: wakes an idle one; starts a stopped one only with `{ start: true }`.
   *
   * @param {string} serviceId The service.
   * @param {WaitOptions & { start?: boolean | undefined }} [options] Those of a wait, and `start`.
   * @returns {Promise<Service>}
   */
  ensureRunning(serviceId, options) {
    return wait(this.#core, "services.ensureRunning", "services.get", { serviceId }, options, " start:flag");
  }

  /**
   * Stops what must be stopped, deletes the service, and resolves when it is gone. Called again at any point of a
   * half-done deletion, it goes on from there; a service that is gone already is a success.
   *
   * @param {string} serviceId The service.
   * @param {WaitOptions} [options] `timeoutMs` is the deadline of the whole wait, 30 minutes by default.
   * @returns {Promise<void>}
   */
  async stopAndDelete(serviceId, options) {
    await wait(this.#core, "services.stopAndDelete", "services.delete", { serviceId }, options);
  }
}

/** Backups of services. */
export class Backups extends BackupsOperations {
  #core;

  /**
   * @param {Core} core
   * @internal
   */
  constructor(core) {
    super(caller(core));
    this.#core = core;
  }

  /**
   * Waits until the backup is done; resolves with the backup.
   *
   * Rejects with a `WaitError` when the time is up, when the backup fails, or when it is gone.
   *
   * @param {string} serviceId The service.
   * @param {string} backupId The backup.
   * @param {WaitOptions<BackupStatus>} [options] `timeoutMs` is the deadline of the whole wait, 30 minutes by default.
   * @returns {Promise<Backup>}
   */
  waitFor(serviceId, backupId, options) {
    return wait(this.#core, "backups.waitFor", "backups.get", { serviceId, backupId }, options);
  }
}

/** Organizations of the key. */
export class Organizations extends OrganizationsOperations {
  /**
   * @param {Core} core
   * @internal
   */
  constructor(core) {
    super(caller(core));
  }
}

/**
 * A client of the control plane of ClickHouse Cloud.
 *
 * It checks each request before it leaves, keeps the rate limit, retries what is safe to retry, and checks each
 * answer. One client for each key is enough: all its calls share the rate limit.
 */
export class CloudClient {
  /** @type {Core} */
  #core;

  /**
   * Nothing is sent before the first call.
   *
   * Throws a `ConfigurationError` when an option is unknown or wrong.
   *
   * @param {CloudClientOptions} [options] What is not given comes from the environment, where there is one.
   */
  constructor(options) {
    this.#core = new Core(...settings(options));
    /** Services: create, change, stop, delete, and wait for them. */
    this.services = new Services(this.#core);
    /** Backups of services. */
    this.backups = new Backups(this.#core);
    /** Organizations of the key. */
    this.organizations = new Organizations(this.#core);
  }

  /**
   * Calls any operation of the contract by its route. `organizationId` may be left out of the path: it is the client's
   * own then.
   *
   * @template {keyof Routes} R
   * @param {R} route Method and path template: `GET /v1/organizations`.
   * @param {RouteParameters<R>} rest `{ path, query, body }` of the route, and the options of the call.
   * @returns {CloudPromise<Routes[R]["result"]>}
   */
  request(route, ...rest) {
    return caller(this.#core)(route, ...rest);
  }

  /**
   * Checks and builds a request without sending it; throws a `RequestValidationError` with every issue. Without a known
   * organization it throws a `ConfigurationError`.
   *
   * @template {keyof Routes} R
   * @param {R} route Method and path template: `GET /v1/organizations`.
   * @param {RouteParameters<R>} rest `{ path, query, body }` of the route, and the options of the call.
   * @returns {BuiltRequest}
   */
  buildRequest(route, ...rest) {
    const operation = String(route);
    try {
      return new BuiltRequest(enter(this.#core, "build", { operation, ...parts(operation, rest[0]) }));
    } catch (error) {
      throw retraced(error);
    }
  }

  /**
   * Frees the client's memory at once; without it, the garbage collector does, some time after the last use of the client
   * and of its `services`, `backups` and `organizations`. Calls that are under way go on; new ones are refused with a
   * `ConfigurationError`. Freed again, it does nothing.
   */
  free() {
    if (freed.has(this.#core)) return;
    freed.add(this.#core);
    this.#core.free();
  }

  /** `free()`, at the end of the block of a `using cloud = new CloudClient()`. */
  [Symbol.dispose]() {
    this.free();
  }
}

/** @type {WeakSet<Core>} */
const freed = new WeakSet();

/**
 * The core of a client that has not been freed.
 *
 * @param {Core} core
 * @param {string | undefined} what for
 */
function alive(core, what) {
  if (freed.has(core)) throw new ConfigurationError(`${what}: the client has been freed, make another one`);
  return core;
}

/**
 * Hands the wasm what a method asks for. What the caller has handed over has been read by then: reading it may free the
 * client.
 *
 * @param {Core} core
 * @param {"call" | "build"} method
 * @param {{ operation: string, helper?: string, [argument: string]: unknown }} given
 */
function enter(core, method, given) {
  return alive(core, given.helper ?? given.operation)[method](given);
}

/**
 * @param {Core} core
 * @returns {(operation: string, parameters?: object, options?: CallOptions) => CloudPromise<any>}
 */
const caller = (core) => (named, parameters, options) =>
  cloudPromise(() => {
    const operation = String(named);
    return enter(core, "call", { operation, ...parts(operation, parameters), ...callOptions(operation, options) });
  });

/**
 * @param {Core} core
 * @param {string} helper
 * @param {string} operation whose path it takes
 * @param {object} path
 * @param {WaitOptions<string>} [options]
 * @param {string} [own] an option of this helper alone
 * @param {() => object} [more] what this helper alone is given
 * @returns {Promise<any>}
 */
function wait(core, helper, operation, path, options, own, more) {
  const given = () => ({ helper, operation, path: pairs(path), ...waitOptions(helper, options, own), ...more?.() });
  return traced(() => enter(core, "call", given()));
}

export { BuiltRequest };
export { RateLimiter } from "./limiter.js";
export { doubleSha1Hash, generatePassword, hashPassword } from "./passwords.js";
export { schemas } from "./schemas.js";
