// The error classes of the package. Rust chooses the class, the message and the fields of an error (src/bindings/errors.rs);
// this file only declares them. Response bodies and passwords stay in hidden properties, which logs do not show.

import { withoutPrototype } from "./bindings/values.js";
import { hidden, hide } from "./hidden.js";

/** Marks the errors of every copy of this package, so that `CloudError.is` recognizes them all. */
const BRAND = Symbol.for("clickhouse-cloud.error");

/**
 * The hidden properties of an error.
 *
 * @param {CloudError} error
 * @returns {{
 *   text: string,
 *   created: import("./generated/schema.js").CreateServiceResult | undefined,
 *   createdKey: import("./generated/schema.js").CreateApiKeyResult | undefined,
 * }}
 */
const kept = (error) => hidden(error);

/**
 * The values of an error that logs do not show.
 *
 * @typedef {object} Hidden
 * @property {string} [text] the response body, which may hold secrets
 * @property {unknown} [cause] the error that led to this one, such as the one that `fetch` threw
 */

/**
 * The kind of a violation. Later versions may add kinds.
 *
 * @typedef {"type" | "required" | "unknown" | "enum" | "minimum" | "maximum" | "step" | "length" | "format" | "pattern" |
 *   "count" | "duplicate" | "union" | "rule" | "depth" | "syntax" | "unreadable" | (string & {})} IssueCode
 */

/**
 * The state of any resource that can be waited for.
 *
 * @typedef {import("./generated/schema.js").State | import("./generated/schema.js").BackupStatus |
 *   import("./generated/schema.js").ClickPipeState | import("./generated/schema.js").ReversePrivateEndpointStatus |
 *   import("./generated/schema.js").PostgresState | import("./generated/schema.js").UdfStatus |
 *   import("./generated/schema.js").UdfAttachmentStatus | import("./generated/schema.js").ByocState} AnyState
 */

/**
 * One violation of the contract.
 *
 * @typedef {object} Issue
 * @property {(string | number)[]} path property names and indices, such as `["body", "ipAccessList", 0, "source"]`
 * @property {IssueCode} code the kind of the violation, such as a wrong JSON type or a missing required property
 * @property {string} message the expected and the received value, with advice, in one line
 * @property {string} expected the value that the contract requires
 * @property {string} received the value that was received; of a secret, its type only
 */

/**
 * The outcome of one attempt of a call.
 *
 * @typedef {object} Attempt
 * @property {number} [status] the HTTP status, if a response arrived
 * @property {"connection" | "timeout"} [fault] the reason why no response arrived
 * @property {string} [requestId] the request id of the response
 * @property {number} afterMs the start of the attempt, in milliseconds after the start of the first one
 * @property {number} waitedMs the pause after the attempt, in milliseconds
 */

/** The base class of every error of this package. Messages and JSON show no secrets. */
export class CloudError extends Error {
  /**
   * Created by the client; tests may create one, too.
   *
   * @param {string} message the problem, and the next step
   * @param {object} [fields] the visible properties: `ambiguous`, and those of the class
   * @param {Hidden} [hidden] the values that logs and `JSON.stringify` do not show
   */
  constructor(message, fields, hidden) {
    const { cause, text = "" } = withoutPrototype(hidden);
    super(message, cause === undefined ? undefined : { cause });
    Object.defineProperty(this, BRAND, withoutPrototype({ value: true }));
    /** @type {boolean} whether the change may have been applied although the call failed: check before you repeat the call */
    this.ambiguous = /** @type {{ ambiguous?: boolean }} */ (withoutPrototype(fields)).ambiguous ?? false;
    hide(this, { text, created: undefined, createdKey: undefined });
  }

  /**
   * Whether a value is an error of this package, or of another copy of it. Never throws.
   *
   * @param {unknown} value
   * @returns {value is CloudError}
   */
  static is(value) {
    try {
      return typeof value === "object" && value !== null && BRAND in value;
    } catch {
      // The value may be a Proxy whose trap throws.
      return false;
    }
  }

  /**
   * The service that `createAndWait` created before it failed, and its password, which is returned only once. Logs do not show it.
   *
   * @returns {import("./generated/schema.js").CreateServiceResult | undefined}
   */
  get created() {
    return kept(this).created;
  }

  /**
   * The API key that `keys.rotate` created before it failed, and its secret, which is returned only once. Logs do not show it.
   *
   * @returns {import("./generated/schema.js").CreateApiKeyResult | undefined}
   */
  get createdKey() {
    return kept(this).createdKey;
  }

  /**
   * Sets `created` or `createdKey` of an error, if it is an error of this class.
   *
   * @param {unknown} error any value: callers can throw anything
   * @param {"created" | "createdKey"} name
   * @param {any} created
   * @returns {boolean} whether it is an error of this class
   * @internal
   */
  static attachCreated(error, name, created) {
    if (!(error instanceof CloudError)) return false;
    kept(error)[name] = created;
    return true;
  }

  /**
   * The error as a plain object without secrets: name, message and visible properties.
   *
   * @returns {Record<string, unknown>}
   */
  toJSON() {
    /** @type {Record<string, unknown>} */
    const shown = { name: this.name, message: this.message };
    return Object.assign(shown, this);
  }
}

/** An option of the client or of a call is unknown or invalid, or the client has been freed. Nothing was sent. */
export class ConfigurationError extends CloudError {}

/** The arguments violate the contract; `issues` lists every violation. Nothing was sent. */
export class RequestValidationError extends CloudError {
  /**
   * Created by the client; tests may create one, too.
   *
   * @param {string} message the problem, and the next step
   * @param {Omit<RequestValidationError, keyof CloudError>} fields the visible properties
   * @param {Hidden} [hidden] the values that logs and `JSON.stringify` do not show
   */
  constructor(message, fields, hidden) {
    super(message, fields, hidden);
    fields = withoutPrototype(fields);
    /** @type {Issue[]} every violation, not only the first */
    this.issues = fields.issues;
    /** @type {string} the operation, such as `services.create` */
    this.operation = fields.operation;
  }
}

/**
 * The service accepted the request, but its response violates the contract or is not JSON. The response is in `body` and `text`,
 * which logs and `JSON.stringify` never show. Also thrown when the `fetch` option resolves with a response whose body cannot be
 * read (already read, locked, or missing): an issue then has the code `unreadable`, and the call is not retried.
 */
export class ResponseValidationError extends CloudError {
  /**
   * Created by the client; tests may create one, too.
   *
   * @param {string} message the problem, and the next step
   * @param {Omit<ResponseValidationError, keyof CloudError | "text" | "body"> & { ambiguous?: boolean }} fields the visible properties
   * @param {Hidden} [hidden] the values that logs and `JSON.stringify` do not show
   */
  constructor(message, fields, hidden) {
    super(message, fields, hidden);
    fields = withoutPrototype(fields);
    /** @type {Issue[]} every violation in the response */
    this.issues = fields.issues;
    /** @type {string} the operation, such as `services.create` */
    this.operation = fields.operation;
    /** @type {number} the HTTP status */
    this.status = fields.status;
    /** @type {string | undefined} the id of the request, for ClickHouse support */
    this.requestId = fields.requestId;
    /** @type {number} the number of attempts */
    this.attempts = fields.attempts;
    /** @type {Attempt[]} the outcome of each attempt, in order */
    this.attemptLog = fields.attemptLog;
  }

  /** The response body as it was received. It may hold a password. */
  get text() {
    return kept(this).text;
  }

  /**
   * The parsed response body; `undefined` if it is not JSON. It may hold a password.
   *
   * @returns {unknown}
   */
  get body() {
    return parsed(kept(this).text);
  }
}

/** The service responded with an error status. Each common status has a subclass. */
export class ApiError extends CloudError {
  /**
   * Created by the client; tests may create one, too.
   *
   * @param {string} message the problem, and the next step
   * @param {Omit<ApiError, keyof CloudError | "body"> & { ambiguous?: boolean }} fields the visible properties
   * @param {Hidden} [hidden] the values that logs and `JSON.stringify` do not show
   */
  constructor(message, fields, hidden) {
    super(message, fields, hidden);
    fields = withoutPrototype(fields);
    /** @type {number} the HTTP status */
    this.status = fields.status;
    /** @type {string | undefined} the code at the start of the API's error text, such as `CONFLICT` */
    this.code = fields.code;
    /** @type {string | undefined} the id of the request, for ClickHouse support */
    this.requestId = fields.requestId;
    /** @type {string} the HTTP method */
    this.method = fields.method;
    /** @type {string} the path of the request */
    this.path = fields.path;
    /** @type {string} the operation, such as `services.delete` */
    this.operation = fields.operation;
    /** @type {Record<string, string>} the response headers, with names in lower case */
    this.headers = fields.headers;
    /** @type {number} the number of attempts */
    this.attempts = fields.attempts;
    /** @type {Attempt[]} the outcome of each attempt, in order */
    this.attemptLog = fields.attemptLog;
  }

  /**
   * The parsed response body, or its text if it is not JSON; `undefined` if it is empty.
   *
   * @returns {unknown}
   */
  get body() {
    const { text } = kept(this);
    return parsed(text) ?? (text === "" ? undefined : text);
  }
}

/** 400: the service rejects the request as invalid. */
export class BadRequestError extends ApiError {}

/** 401: the credentials are wrong or missing. */
export class AuthenticationError extends ApiError {}

/** 403: the key lacks the permission. */
export class PermissionDeniedError extends ApiError {}

/** 404: the resource does not exist, or no longer exists. */
export class NotFoundError extends ApiError {}

/** 409: the state of the service does not allow the operation. */
export class ConflictError extends ApiError {}

/** 424: the service is idle and must be woken first, for example by `services.awake`. */
export class FailedDependencyError extends ApiError {}

/** 429: too many requests, and no retry was possible within the retry budget. */
export class RateLimitError extends ApiError {
  /**
   * Created by the client; tests may create one, too.
   *
   * @param {string} message the problem, and the next step
   * @param {Omit<RateLimitError, keyof CloudError | "body"> & { ambiguous?: boolean }} fields the visible properties
   * @param {Hidden} [hidden] the values that logs and `JSON.stringify` do not show
   */
  constructor(message, fields, hidden) {
    super(message, fields, hidden);
    fields = withoutPrototype(fields);
    /** @type {number} the wait that the service asks for, in milliseconds and uncapped; 10,000 if it asks for none */
    this.retryAfterMs = fields.retryAfterMs;
  }
}

/** 5xx: the service failed, or a proxy in front of it. */
export class ServerError extends ApiError {
  /**
   * Created by the client; tests may create one, too.
   *
   * @param {string} message the problem, and the next step
   * @param {Omit<ServerError, keyof CloudError | "body" | "retryAfterMs"> & { ambiguous?: boolean, retryAfterMs?: number | undefined }} fields
   *   the visible properties
   * @param {Hidden} [hidden] the values that logs and `JSON.stringify` do not show
   */
  constructor(message, fields, hidden) {
    super(message, fields, hidden);
    /** @type {number | undefined} the wait that the service asks for, in milliseconds and uncapped; undefined if it asks for none */
    this.retryAfterMs = fields.retryAfterMs;
  }
}

/**
 * No response arrived: `fetch` failed. Its error is the `cause`, or a redacted copy if its texts contained a secret.
 */
export class ConnectionError extends CloudError {
  /**
   * Created by the client; tests may create one, too.
   *
   * @param {string} message the problem, and the next step
   * @param {Omit<ConnectionError, keyof CloudError> & { ambiguous?: boolean }} fields the visible properties
   * @param {Hidden} [hidden] the values that logs and `JSON.stringify` do not show
   */
  constructor(message, fields, hidden) {
    super(message, fields, hidden);
    fields = withoutPrototype(fields);
    /** @type {string} the operation, such as `services.create` */
    this.operation = fields.operation;
    /** @type {number} the number of attempts */
    this.attempts = fields.attempts;
    /** @type {Attempt[]} the outcome of each attempt, in order */
    this.attemptLog = fields.attemptLog;
  }
}

/** No response arrived within the timeout of an attempt. */
export class TimeoutError extends ConnectionError {
  /**
   * Created by the client; tests may create one, too.
   *
   * @param {string} message the problem, and the next step
   * @param {Omit<TimeoutError, keyof CloudError> & { ambiguous?: boolean }} fields the visible properties
   * @param {Hidden} [hidden] the values that logs and `JSON.stringify` do not show
   */
  constructor(message, fields, hidden) {
    super(message, fields, hidden);
    fields = withoutPrototype(fields);
    /** @type {number} the timeout of one attempt, in milliseconds */
    this.timeoutMs = fields.timeoutMs;
  }
}

/**
 * A wait ended without reaching its goal. The `cause` is the latest request's error, if no later request succeeded: the
 * `ApiError` of a refusal (409, 424), or the error of the last poll.
 */
export class WaitError extends CloudError {
  /**
   * Created by the client; tests may create one, too.
   *
   * @param {string} message the problem, and the next step
   * @param {Omit<WaitError, keyof CloudError>} fields the visible properties
   * @param {Hidden} [hidden] the values that logs and `JSON.stringify` do not show
   */
  constructor(message, fields, hidden) {
    super(message, fields, hidden);
    fields = withoutPrototype(fields);
    /** @type {"deadline" | "failed-state" | "gone" | "refused"} why the wait ended; `refused`: waiting longer does not help */
    this.reason = fields.reason;
    /** @type {AnyState | undefined} the last state or status that was read */
    this.lastState = fields.lastState;
    /** @type {number} the duration of the wait, in milliseconds */
    this.elapsedMs = fields.elapsedMs;
  }
}

/** @param {string} text @returns {unknown} */
function parsed(text) {
  try {
    // JSON.parse rejects a byte order mark, which Response.json() skips.
    return JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch {
    return undefined;
  }
}

// Sets each class's name as a string, since minifiers rename classes; on the prototype, so that `console.log` does not list it.
// No static blocks: some bundlers cannot parse them.
for (const [name, { prototype }] of Object.entries({
  CloudError,
  ConfigurationError,
  RequestValidationError,
  ResponseValidationError,
  ApiError,
  BadRequestError,
  AuthenticationError,
  PermissionDeniedError,
  NotFoundError,
  ConflictError,
  FailedDependencyError,
  RateLimitError,
  ServerError,
  ConnectionError,
  TimeoutError,
  WaitError,
})) {
  Object.defineProperty(prototype, "name", withoutPrototype({ value: name, configurable: true, writable: true }));
}
