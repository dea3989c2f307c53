// @ts-check
// The class CloudClient and what hangs on it: names and arguments, as users write them. All else is in the wasm.
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
 * `{ path, query, body }` of a route, and the options of the call. What may be left out of it is the route's own.
 *
 * @template {keyof Routes} R
 * @typedef {{} extends Omit<Routes[R], "result">
 *   ? [parameters?: Omit<Routes[R], "result">, options?: CallOptions]
 *   : [parameters: Omit<Routes[R], "result">, options?: CallOptions]} RouteParameters
 */

/** Services: create, change, stop, delete, and wait for them. */
export class Services extends ServicesOperations {
  /**
   * @param {Core} core
   * @internal
   */
  constructor(core) {
    super({ core, call: caller(core) });
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
   * Sets the password of the `default` user, on the MySQL interface too. It is hashed here: what is sent are its hashes
   * (`hashPassword`, `doubleSha1Hash`), never the password itself.
   *
   * @param {string} serviceId The service.
   * @param {string | Uint8Array} password A string, or its bytes.
   * @param {CallOptions} [options] `signal`, `timeoutMs` and `headers` of this call.
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
   * Lets ClickHouse Cloud make a new password. It is shown only here: keep it. A response without one is a
   * `ResponseValidationError`: the old password is gone then, so reset it once more.
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
   * Rejects with a `WaitError` when the time is up, when the service fails, or when it is gone. What may pass (no
   * response, 429, 5xx, the page of a proxy) is waited out until then; a 400, 401 or 403 ends the wait with its own
   * error. A state that differs from a known one in spelling is a `ConfigurationError`; of an unknown one the log is
   * warned.
   *
   * @param {string} serviceId The service.
   * @param {State | readonly State[]} state The state to wait for, or several.
   * @param {WaitOptions} [options] `timeoutMs` is the deadline of the whole wait, 30 minutes by default.
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
   * Creates a service and waits until it is running, or idle: it may fall asleep before this sees it run.
   *
   * The password is shown only once. Should the wait fail, the error's `created` still has it, out of sight of logs;
   * `onCreated` is told of it before the wait begins, so that an abort loses nothing either. It may be async: it is awaited,
   * and what it throws or rejects with ends the call and comes back with `created` on it, where it is an object that can be
   * extended. The time that it takes does not count for `timeoutMs`.
   *
   * @param {CreateServiceBody} body The service to be created.
   * @param {WaitOptions & { onCreated?: ((created: CreateServiceResult) => unknown) | undefined }} [options] Those of a wait, and `onCreated`.
   * @returns {Promise<CreateServiceResult>}
   */
  async createAndWait(body, options) {
    const helper = "services.createAndWait";
    const { signal, given, all } = waitOptions(helper, options, " onCreated:function");
    const create = { operation: "services.create", ...written(helper, { body }), timeoutMs: undefined, headers: given.headers };
    // Of its own: who frees the client meanwhile does not lose what was created.
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
   * Brings a service to `running`: wakes an idle one; starts a stopped one only with `{ start: true }`.
   *
   * Rejects with a `WaitError` when the time is up, when the service cannot run any more, or when it refuses the command
   * for two minutes in the same words: the refusal is the error's `cause`.
   *
   * @param {string} serviceId The service.
   * @param {WaitOptions & { start?: boolean | undefined }} [options] Those of a wait, and `start`.
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
   * Stops what must be stopped, deletes the service, and resolves once the API itself says that it is gone: with
   * `found: false` where there was no such service to begin with, which the list of services and the deletion itself
   * confirm. Called again at any point of a half-done deletion, it goes on from there.
   *
   * Rejects with a `WaitError` when the time is up; when the service refuses for good (the primary service of a warehouse
   * that has secondary services, or two minutes in the same words), with the refusal as its `cause`; and when neither the
   * service nor the list can be read, but for a 404: a page of a proxy or a wrong `baseUrl` proves nothing.
   *
   * @param {string} serviceId The service.
   * @param {WaitOptions} [options] `timeoutMs` is the deadline of the whole wait, 30 minutes by default.
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
 * Takes the client's secrets out of texts, and those of a request: for the proxy, which passes texts on. The one redactor
 * of both.
 *
 * @type {(client: CloudClient, operation: string, parameters?: object) => (text: string) => string}
 * @internal
 */
export const redactor = (client, operation, parameters) => {
  const request = { operation, ...parts(operation, parameters) };
  return (text) => coreOf(client).redact(request, text);
};

/**
 * A client of the control plane of ClickHouse Cloud.
 *
 * It checks each request before it leaves, keeps the rate limit, retries what is safe to retry, and checks each
 * answer. One client for each key is enough: all its calls share the rate limit.
 */
export class CloudClient extends Resources {
  /**
   * Nothing is sent before the first call.
   *
   * Throws a `ConfigurationError` when an option is unknown or wrong.
   *
   * @param {CloudClientOptions} [options] What is not given comes from the environment, where there is one.
   */
  constructor(options) {
    const core = new Core(...settings(options));
    super({ core, call: caller(core) });
    /** Services: create, change, stop, delete, and wait for them. */
    this.services = new Services(core);
    /** Backups of services. */
    this.backups = new Backups(core);
    /** Organizations of the key. */
    this.organizations = new Organizations(core);
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
    return caller(coreOf(this), parts)(route, ...rest);
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
    const [parameters] = rest;
    try {
      const request = { operation, ...parts(operation, parameters) };
      return new BuiltRequest(alive(coreOf(this), operation).build(request));
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
    const core = coreOf(this);
    if (freed.has(core)) return;
    core.free();
    freed.add(core);
  }

  /** `free()`, at the end of the block of a `using cloud = new CloudClient()`. */
  [Symbol.dispose]() {
    this.free();
  }
}

// Where the symbol is missing, the class has got a method of the name "undefined".
if (Symbol.dispose === undefined) Reflect.deleteProperty(CloudClient.prototype, "undefined");

/**
 * @param {CloudClient | Services | Backups} owner
 * @returns {Core}
 */
const coreOf = (owner) => hidden(owner).core;

/** @type {WeakSet<Core>} */
const freed = new WeakSet();

/**
 * The core of a client that has not been freed. Asked for when what the caller has handed over has been read: reading it may
 * free the client.
 *
 * @param {Core} core
 * @param {string} what for
 */
function alive(core, what) {
  if (freed.has(core)) throw new ConfigurationError(`${what}: the client has been freed, make another one`);
  return core;
}

/**
 * @param {Core} core
 * @param {typeof parts} [read] what the parameters are read by: those of a method of ours are written at once
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
 * @template {WaitOptions<string>} T
 * @param {Core} core
 * @param {string} helper
 * @param {object} path
 * @param {T | undefined} options
 * @param {(options: Partial<T>) => WaitGoal} goal
 * @param {string} [own] an option of this helper alone
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
