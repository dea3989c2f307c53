// The options of helpers that have some of their own, beside those of a call or of a wait.
import type { CreateApiKeyResult, CreateServiceResult } from "../generated/schema.js";
import type { CallOptions, WaitOptions } from "../generated/client_bg.js";

/** The options of `services.createAndWait`. */
export interface CreateAndWaitOptions extends WaitOptions {
  /**
   * Gets the service and its password before the wait begins. Awaited; an error that it throws ends the call, and has the service
   * in its property `created`.
   */
  onCreated?: ((created: CreateServiceResult) => unknown) | undefined;
}

/** The options of `services.ensureRunning`. */
export interface EnsureRunningOptions extends WaitOptions {
  /** Starts a stopped service. Without it, an idle service is woken, and a stopped one is left as it is. */
  start?: boolean | undefined;
}

/** The options of `keys.rotate`. */
export interface RotateOptions extends CallOptions {
  /** When the new key ends, in the future, in the form `2027-01-01T00:00:00Z`. Default: when the old one does. */
  expireAt?: string | undefined;
  /** Deletes the old key once it is disabled. Default: it stays, disabled. */
  deleteOld?: boolean | undefined;
  /** Gets the new key before the old one is disabled. Awaited; an error that it throws leaves the old key as it is. */
  onCreated?: ((created: CreateApiKeyResult) => unknown) | undefined;
}
