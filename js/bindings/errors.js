// Creates the errors that Rust describes by kind and message, as instances of the classes in `js/errors.js`.

import {
  ApiError,
  AuthenticationError,
  BadRequestError,
  ConfigurationError,
  ConflictError,
  ConnectionError,
  FailedDependencyError,
  NotFoundError,
  PermissionDeniedError,
  RateLimitError,
  RequestValidationError,
  ResponseValidationError,
  ServerError,
  TimeoutError,
  WaitError,
} from "../errors.js";
import { withoutPrototype } from "./values.js";

/** @import { CloudError, Hidden } from "../errors.js" */

/** @type {Record<string | number, new (message: string, fields?: any, hidden?: Hidden) => CloudError>} */
const CLASSES = /* @__PURE__ */ withoutPrototype({
  configuration: ConfigurationError,
  request: RequestValidationError,
  response: ResponseValidationError,
  400: BadRequestError,
  401: AuthenticationError,
  403: PermissionDeniedError,
  404: NotFoundError,
  409: ConflictError,
  424: FailedDependencyError,
  429: RateLimitError,
  connection: ConnectionError,
  timeout: TimeoutError,
  wait: WaitError,
});

/**
 * Creates an error of a kind that Rust names.
 *
 * @param {string} kind
 * @param {string} message
 * @param {any} fields
 * @param {string | undefined} text the body of the response
 * @param {unknown} cause the error that led to it
 * @internal
 */
export function createError(kind, message, fields, text, cause) {
  const { status } = withoutPrototype(fields);
  const byStatus = status >= 500 ? ServerError : (CLASSES[status] ?? ApiError);
  return new (kind === "api" ? byStatus : CLASSES[kind])(message, fields, { text, cause });
}
