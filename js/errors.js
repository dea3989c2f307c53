// The error classes. Rust decides which error it is and what it says; this file only gives it a JavaScript class.

import { alone } from "./bindings/values.js";
import { hidden, hide } from "./hidden.js";

/** A symbol that objects of every copy of this package share, so that `CloudError.is` knows them all. */
const BRAND = Symbol.for("clickhouse-cloud.error");

/**
 * What logs do not show of an error.
 *
 * @param {CloudError} error
 * @returns {{ text: string, created: import("./generated/schema.js").CreateServiceResult | undefined }}
 */
const kept = (error) => hidden(error);

/**
 * What an error keeps out of sight.
 *
 * @typedef {object} Hidden
 * @property {string} [text] the answer's body, which may hold secrets
 * @property {unknown} [cause] the error that led to it, such as the host's own
 */

/**
 * What kind of breach an issue is. More may come.
 *
 * @typedef {"type" | "required" | "unknown" | "enum" | "minimum" | "maximum" | "step" | "length" | "format" | "pattern" |
 *   "count" | "duplicate" | "union" | "rule" | "depth" | "syntax" | "unreadable" | (string & {})} IssueCode
 */

/**
 * One way in which a value breaks the contract.
 *
 * @typedef {object} Issue
 * @property {(string | number)[]} path property names and indices: `["body", "ipAccessList", 0, "source"]`
 * @property {IssueCode} code what kind of breach: another JSON type, a required property that is missing, …
 * @property {string} message expected, received and advice in one line
 * @property {string} expected what the contract asks for
 * @property {string} received what came; of a secret, its type only
 */

/**
 * What one attempt met.
 *
 * @typedef {object} Attempt
 * @property {number} [status] the HTTP status, where an answer came
 * @property {"connection" | "timeout"} [fault] why none came
 * @property {string} [requestId] of the answer
 * @property {number} afterMs when it began, in milliseconds after the first attempt did
 * @property {number} waitedMs how long the client waited after it
 */

/** Every error of this package. */
export class CloudError extends Error {
  /**
   * The client makes it; so may tests of yours.
   *
   * @param {string} message what happened, and what to do next
   * @param {object} [_fields] what subclasses show
   * @param {Hidden} [hidden] what logs and `JSON.stringify` do not show
   */
  constructor(message, _fields, hidden) {
    const { cause, text = "" } = alone(hidden);
    super(message, cause === undefined ? undefined : { cause });
    Object.defineProperty(this, BRAND, alone({ value: true }));
    hide(this, { text, created: undefined });
  }

  /**
   * Whether a value is an error of this package, also of another copy of it.
   *
   * @param {unknown} value
   * @returns {value is CloudError}
   */
  static is(value) {
    try {
      return typeof value === "object" && value !== null && BRAND in value;
    } catch {
      // A proxy, which a caller may throw.
      return false;
    }
  }

  /**
   * The service that `createAndWait` had created before it failed, and the password that is shown only once.
   *
   * @returns {import("./generated/schema.js").CreateServiceResult | undefined}
   */
  get created() {
    return kept(this).created;
  }

  /**
   * @param {unknown} error what the caller throws can be anything
   * @param {import("./generated/schema.js").CreateServiceResult} created
   * @returns {boolean} whether it is an error of this class
   * @internal
   */
  static attachCreated(error, created) {
    if (!(error instanceof CloudError)) return false;
    kept(error).created = created;
    return true;
  }

  /**
   * The error without secrets.
   *
   * @returns {Record<string, unknown>}
   */
  toJSON() {
    /** @type {Record<string, unknown>} */
    const shown = { name: this.name, message: this.message };
    return Object.assign(shown, this);
  }
}

/** The options of the client or of a call are wrong. Nothing was sent. */
export class ConfigurationError extends CloudError {}

/** The arguments break the contract. Nothing was sent. */
export class RequestValidationError extends CloudError {
  /**
   * The client makes it; so may tests of yours.
   *
   * @param {string} message what happened, and what to do next
   * @param {Omit<RequestValidationError, keyof CloudError>} fields what it shows
   * @param {Hidden} [hidden] what logs and `JSON.stringify` do not show
   */
  constructor(message, fields, hidden) {
    super(message, fields, hidden);
    fields = alone(fields);
    /** @type {Issue[]} every breach at once */
    this.issues = fields.issues;
    /** @type {string} the operation, such as `services.create` */
    this.operation = fields.operation;
  }
}

/**
 * The service accepted, but its answer breaks the contract or is no JSON. Nothing is lost: the answer is in `body` and
 * `text`, which logs and `JSON.stringify` never show. Also where the `fetch` option resolves with a response whose body can not
 * be read (read already, locked, no body at all): then an issue has the code `unreadable`, and the call is not tried again.
 */
export class ResponseValidationError extends CloudError {
  /**
   * The client makes it; so may tests of yours.
   *
   * @param {string} message what happened, and what to do next
   * @param {Omit<ResponseValidationError, keyof CloudError | "text" | "body">} fields what it shows
   * @param {Hidden} [hidden] what logs and `JSON.stringify` do not show
   */
  constructor(message, fields, hidden) {
    super(message, fields, hidden);
    fields = alone(fields);
    /** @type {Issue[]} every breach */
    this.issues = fields.issues;
    /** @type {string} the operation, such as `services.create` */
    this.operation = fields.operation;
    /** @type {number} the HTTP status */
    this.status = fields.status;
    /** @type {string | undefined} name it when you ask ClickHouse for help */
    this.requestId = fields.requestId;
    /** @type {number} how many attempts were made */
    this.attempts = fields.attempts;
    /** @type {Attempt[]} what each attempt met */
    this.attemptLog = fields.attemptLog;
    /** @type {boolean} a change may have happened: look before you try again */
    this.ambiguous = fields.ambiguous;
  }

  /** The answer as it came. May hold a password. */
  get text() {
    return kept(this).text;
  }

  /**
   * The answer, parsed; undefined where it is no JSON. May hold a password.
   *
   * @returns {unknown}
   */
  get body() {
    return parsed(kept(this).text);
  }
}

/** The service refused, or failed. */
export class ApiError extends CloudError {
  /**
   * The client makes it; so may tests of yours.
   *
   * @param {string} message what happened, and what to do next
   * @param {Omit<ApiError, keyof CloudError | "body">} fields what it shows
   * @param {Hidden} [hidden] what logs and `JSON.stringify` do not show
   */
  constructor(message, fields, hidden) {
    super(message, fields, hidden);
    fields = alone(fields);
    /** @type {number} the HTTP status */
    this.status = fields.status;
    /** @type {string | undefined} the word before the colon in the API's text, such as `CONFLICT` */
    this.code = fields.code;
    /** @type {string | undefined} name it when you ask ClickHouse for help */
    this.requestId = fields.requestId;
    /** @type {string} the HTTP method */
    this.method = fields.method;
    /** @type {string} the path of the request */
    this.path = fields.path;
    /** @type {string} the operation, such as `services.delete` */
    this.operation = fields.operation;
    /** @type {Record<string, string>} names in lower case */
    this.headers = fields.headers;
    /** @type {number} how many attempts were made */
    this.attempts = fields.attempts;
    /** @type {Attempt[]} what each attempt met */
    this.attemptLog = fields.attemptLog;
    /** @type {boolean} the change may have happened: look before you try again */
    this.ambiguous = fields.ambiguous;
  }

  /**
   * The answer, parsed, or as text where it is no JSON; undefined where it is empty.
   *
   * @returns {unknown}
   */
  get body() {
    const { text } = kept(this);
    return parsed(text) ?? (text === "" ? undefined : text);
  }
}

/** 400: the service does not take the request. */
export class BadRequestError extends ApiError {}

/** 401: the credentials are wrong or missing. */
export class AuthenticationError extends ApiError {}

/** 403: the key may not do this. */
export class PermissionDeniedError extends ApiError {}

/** 404: there is no such thing, or no longer. */
export class NotFoundError extends ApiError {}

/** 409: the state of the service does not allow it. */
export class ConflictError extends ApiError {}

/** 424: the service is idle and must be woken first. */
export class FailedDependencyError extends ApiError {}

/** 429: too many requests, and the retry budget is used up. */
export class RateLimitError extends ApiError {
  /**
   * The client makes it; so may tests of yours.
   *
   * @param {string} message what happened, and what to do next
   * @param {Omit<RateLimitError, keyof CloudError | "body">} fields what it shows
   * @param {Hidden} [hidden] what logs and `JSON.stringify` do not show
   */
  constructor(message, fields, hidden) {
    super(message, fields, hidden);
    fields = alone(fields);
    /** @type {number} how long the service asks to wait, in milliseconds, however long; 10,000 where it does not say */
    this.retryAfterMs = fields.retryAfterMs;
  }
}

/** 5xx: the service failed, or a proxy before it. */
export class ServerError extends ApiError {
  /**
   * The client makes it; so may tests of yours.
   *
   * @param {string} message what happened, and what to do next
   * @param {Omit<ServerError, keyof CloudError | "body" | "retryAfterMs"> & { retryAfterMs?: number | undefined }} fields what it shows
   * @param {Hidden} [hidden] what logs and `JSON.stringify` do not show
   */
  constructor(message, fields, hidden) {
    super(message, fields, hidden);
    /** @type {number | undefined} how long the service asks to wait, in milliseconds, however long; undefined where it does not say */
    this.retryAfterMs = fields.retryAfterMs;
  }
}

/**
 * No answer came: the host's fetch failed; its own error is the `cause`, or a copy of it where its texts said a secret
 * back.
 */
export class ConnectionError extends CloudError {
  /**
   * The client makes it; so may tests of yours.
   *
   * @param {string} message what happened, and what to do next
   * @param {Omit<ConnectionError, keyof CloudError>} fields what it shows
   * @param {Hidden} [hidden] what logs and `JSON.stringify` do not show
   */
  constructor(message, fields, hidden) {
    super(message, fields, hidden);
    fields = alone(fields);
    /** @type {boolean} the change may have happened: look before you try again */
    this.ambiguous = fields.ambiguous;
    /** @type {string} the operation, such as `services.create` */
    this.operation = fields.operation;
    /** @type {number} how many attempts were made */
    this.attempts = fields.attempts;
    /** @type {Attempt[]} what each attempt met */
    this.attemptLog = fields.attemptLog;
  }
}

/** No answer came in time. */
export class TimeoutError extends ConnectionError {
  /**
   * The client makes it; so may tests of yours.
   *
   * @param {string} message what happened, and what to do next
   * @param {Omit<TimeoutError, keyof CloudError>} fields what it shows
   * @param {Hidden} [hidden] what logs and `JSON.stringify` do not show
   */
  constructor(message, fields, hidden) {
    super(message, fields, hidden);
    fields = alone(fields);
    /** @type {number} how long one attempt may take, in milliseconds */
    this.timeoutMs = fields.timeoutMs;
  }
}

/**
 * A wait ended without what it waited for. The `cause` is the error of the request that failed last, where it still stood:
 * the `ApiError` of a refusal (409, 424), or what the last poll met.
 */
export class WaitError extends CloudError {
  /**
   * The client makes it; so may tests of yours.
   *
   * @param {string} message what happened, and what to do next
   * @param {Omit<WaitError, keyof CloudError>} fields what it shows
   * @param {Hidden} [hidden] what logs and `JSON.stringify` do not show
   */
  constructor(message, fields, hidden) {
    super(message, fields, hidden);
    fields = alone(fields);
    /** @type {"deadline" | "failed-state" | "gone" | "refused"} why it ended; `refused`: waiting does not change it */
    this.reason = fields.reason;
    /** @type {import("./generated/schema.js").State | import("./generated/schema.js").BackupStatus | undefined} the last state that was read; of a backup, its status */
    this.lastState = fields.lastState;
    /** @type {number} how long it waited, in milliseconds */
    this.elapsedMs = fields.elapsedMs;
  }
}

/** @param {string} text @returns {unknown} */
function parsed(text) {
  try {
    // As a host's own decoder would, without the byte order mark.
    return JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch {
    return undefined;
  }
}

// The name of each class where minifiers cannot take it, out of sight of `console.log`. Not in static blocks: not every bundler
// reads those.
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
  Object.defineProperty(prototype, "name", alone({ value: name, configurable: true, writable: true }));
}
