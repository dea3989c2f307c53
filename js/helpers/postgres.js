// @ts-check
// Postgres services: the commands by their names.
import { PostgresOperations } from "../generated/methods.js";

/**
 * @import { PostgresService } from "../generated/schema.js"
 * @import { CallOptions, CloudPromise } from "../generated/client_bg.js"
 */

/** Postgres services. */
export class PostgresResource extends PostgresOperations {
  /**
   * Restarts a Postgres service. Connections break. Returns at once; `waitFor` with `"running"` waits for it. Never repeated on its
   * own, since a second restart is one more.
   *
   * @param {string} postgresId The Postgres service.
   * @param {CallOptions} [options] `signal`, `timeoutMs` (per attempt, in milliseconds) and `headers` of this call.
   * @returns {CloudPromise<PostgresService>}
   * @beta
   */
  restart(postgresId, options) {
    return this.updateState(postgresId, { command: "restart" }, options);
  }

  /**
   * Makes a read replica a service of its own. Never repeated on its own.
   *
   * @param {string} postgresId The Postgres service, a read replica.
   * @param {CallOptions} [options] `signal`, `timeoutMs` (per attempt, in milliseconds) and `headers` of this call.
   * @returns {CloudPromise<PostgresService>}
   * @beta
   */
  promote(postgresId, options) {
    return this.updateState(postgresId, { command: "promote" }, options);
  }

  /**
   * Makes the standby of a highly available service its primary. Connections break. Never repeated on its own, since a second
   * switchover goes back.
   *
   * @param {string} postgresId The Postgres service.
   * @param {CallOptions} [options] `signal`, `timeoutMs` (per attempt, in milliseconds) and `headers` of this call.
   * @returns {CloudPromise<PostgresService>}
   * @beta
   */
  switchover(postgresId, options) {
    return this.updateState(postgresId, { command: "switchover" }, options);
  }
}
