// @ts-check
// ClickPipes: the commands by their names.
import { ClickPipesOperations } from "../generated/methods.js";

/**
 * @import { ClickPipe } from "../generated/schema.js"
 * @import { CallOptions, CloudPromise } from "../generated/client_bg.js"
 */

/** ClickPipes: pipelines that load data into a service, and the private connections to their sources. */
export class ClickPipesResource extends ClickPipesOperations {
  /**
   * Starts a stopped pipe. Returns at once; `waitFor` with `"Running"` waits for it. It does no harm when it arrives twice, so it is
   * repeated like a read.
   *
   * @param {string} serviceId The service.
   * @param {string} clickPipeId The ClickPipe.
   * @param {CallOptions} [options] `signal`, `timeoutMs` (per attempt, in milliseconds) and `headers` of this call.
   * @returns {CloudPromise<ClickPipe>}
   */
  start(serviceId, clickPipeId, options) {
    return this.updateState(serviceId, clickPipeId, { command: "start" }, options);
  }

  /**
   * Stops a pipe. Returns at once; `waitFor` with `["Stopped", "Paused"]` waits for it. It does no harm when it arrives twice, so it
   * is repeated like a read.
   *
   * @param {string} serviceId The service.
   * @param {string} clickPipeId The ClickPipe.
   * @param {CallOptions} [options] `signal`, `timeoutMs` (per attempt, in milliseconds) and `headers` of this call.
   * @returns {CloudPromise<ClickPipe>}
   */
  stop(serviceId, clickPipeId, options) {
    return this.updateState(serviceId, clickPipeId, { command: "stop" }, options);
  }

  /**
   * Copies everything from a database pipe's source again. Each request starts over, so it is never repeated on its own: when a
   * response is lost, the error is `ambiguous`, and the pipe's state tells (`Resync`, then `Snapshot`).
   *
   * @param {string} serviceId The service.
   * @param {string} clickPipeId The ClickPipe.
   * @param {CallOptions} [options] `signal`, `timeoutMs` (per attempt, in milliseconds) and `headers` of this call.
   * @returns {CloudPromise<ClickPipe>}
   */
  resync(serviceId, clickPipeId, options) {
    return this.updateState(serviceId, clickPipeId, { command: "resync" }, options);
  }
}
