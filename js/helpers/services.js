// @ts-check
// Services and their backups: the methods that combine several requests, beside those that are generated from the contract.
import { drive, retraced } from "../bindings/driver.js";
import { needRoom } from "../bindings/stack.js";
import { get, put } from "../bindings/values.js";
import { alive, coreOf, starter, statesGoal, wait } from "../calls.js";
import { attach, tell } from "../created.js";
import { BackupsOperations, ServicesOperations } from "../generated/methods.js";
import { callOptions, waitOptions } from "../options.js";
import { written } from "../parameters.js";
import { cloudPromise, prepared } from "../promise.js";
import { passwordBody } from "../wasm.js";

/**
 * @import { Backup, BackupStatus, CreateServiceBody, CreateServiceResult, Service, State } from "../generated/schema.js"
 * @import { CallOptions, CloudPromise, WaitOptions } from "../generated/client_bg.js"
 * @import { CreateAndWaitOptions, EnsureRunningOptions } from "./options.js"
 */

/** Services: create, update, stop, delete, and wait for them. */
export class ServicesResource extends ServicesOperations {
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
    return cloudPromise(
      prepared(() => {
        const { path, query, refused } = written(helper, { path: { serviceId } });
        const { timeoutMs, headers, signal } = callOptions(helper, options);
        const call = { operation: "services.updatePassword", path, query, body: passwordBody(password), refused, timeoutMs, headers };
        const core = coreOf(this);
        return { start: starter(core, helper, () => core.call(call)), signal };
      }),
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
   * `"gone"` waits for the end of a service that has been deleted, and resolves with `undefined`.
   *
   * Rejects with a `WaitError` when the deadline passes, when the service fails, or when it is deleted meanwhile. Temporary
   * failures (no response, 429, 5xx, an error page of a proxy) do not end the wait; a 400, 401 or 403 ends it with its own
   * error, and so does the 404 of a service that never existed. A misspelled state is a `ConfigurationError`; an unknown
   * state is polled for, with a warning in the log.
   *
   * @template {State | "gone"} S
   * @param {string} serviceId The id of the service.
   * @param {S | readonly S[]} state The state to wait for, or a list of states.
   * @param {WaitOptions} [options] `timeoutMs` is the deadline of the whole wait in milliseconds, 30 minutes by default.
   * @returns {Promise<Service | (S extends "gone" ? undefined : never)>}
   */
  waitFor(serviceId, state, options) {
    const helper = "services.waitFor";
    // Services rest in too many states for a wait without one.
    return wait(coreOf(this), helper, { path: { serviceId } }, options, () => statesGoal(helper, state ?? []));
  }

  /**
   * Creates a service and waits until it is `running` or `idle`: a new service may go idle before a poll sees it run.
   *
   * The password is returned only once. If the wait fails, the error's `created` property has the service and its password,
   * hidden from logs. `onCreated` is called with both before the wait begins, so that an aborted call loses nothing either.
   * It may be async and is awaited; its time does not count towards `timeoutMs`. Nothing is created after that deadline; a
   * creation that has been sent by then is not cut off, since its password would be lost. An error that it throws or rejects with
   * ends the call and gets the `created` property, if it is an extensible object.
   *
   * @param {CreateServiceBody} body The service to create.
   * @param {CreateAndWaitOptions} [options] The options of a wait, and `onCreated`.
   * @returns {Promise<CreateServiceResult>}
   */
  async createAndWait(body, options) {
    const helper = "services.createAndWait";
    const { signal, given, all } = waitOptions(helper, options, " onCreated:function");
    const { headers, deadlineMs } = given;
    const create = { operation: "services.create", ...written(helper, { body }), timeoutMs: undefined, deadlineMs, headers };
    // A handle of its own: freeing the client during the call does not lose the created service.
    const core = alive(coreOf(this), helper).share();
    let data;
    try {
      needRoom();
      const began = core.now();
      ({ data } = await drive({ start: () => core.call(create), signal }));
      const spentMs = core.now() - began;
      await tell(all.onCreated, data, signal);
      const { path, query, refused } = written(helper, { path: { serviceId: get(get(data, "service"), "id") ?? "" } });
      const request = { path, query, body: undefined, refused };
      const goal = {
        ...request,
        ...given,
        spentMs,
        ...statesGoal("services.waitFor", ["running", "idle"]),
        goal: /** @type {const} */ ("creation"),
      };
      put(data, "service", await drive({ start: () => core.wait(goal), signal }));
      return data;
    } catch (error) {
      if (data !== undefined) attach(error, "created", data, signal);
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
   * @param {EnsureRunningOptions} [options] The options of a wait, and `start`.
   * @returns {Promise<Service>}
   */
  ensureRunning(serviceId, options) {
    return wait(
      coreOf(this),
      "services.ensureRunning",
      { path: { serviceId } },
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
    return wait(coreOf(this), "services.stopAndDelete", { path: { serviceId } }, options, () => ({ goal: "deletion" }));
  }
}

/** Backups of services. */
export class BackupsResource extends BackupsOperations {
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
    return wait(coreOf(this), "backups.waitFor", { path: { serviceId, backupId } }, options, () =>
      statesGoal("backups.waitFor", undefined),
    );
  }
}
