// Every class of errors with its fields, as they come out of a catch.
import {
  type AnyState,
  ApiError,
  AuthenticationError,
  BadRequestError,
  CloudError,
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
  type Attempt,
  type CreateServiceResult,
  type Hidden,
  type Issue,
  type IssueCode,
} from "clickhouse-cloud";

export function read(error: unknown) {
  if (CloudError.is(error)) {
    same<typeof error, CloudError>();
    same<typeof error.ambiguous, boolean>();
    same<typeof error.message, string>();
    same<typeof error.created, CreateServiceResult | undefined>();
    same<ReturnType<typeof error.toJSON>, Record<string, unknown>>();
    error.toJSON();
    // @ts-expect-error not every error has a status
    error.status;
    // @ts-expect-error it takes nothing
    error.toJSON(1);
    // @ts-expect-error it is read only
    error.created = undefined;
  }
  // @ts-expect-error of what?
  CloudError.is();
  if (error instanceof ConfigurationError) {
    const wider: CloudError = error;
    return wider;
  }
  if (error instanceof RequestValidationError) {
    same<typeof error.operation, string>();
    same<typeof error.issues, Issue[]>();
    for (const issue of error.issues) {
      same<typeof issue.path, (string | number)[]>();
      same<typeof issue.code, IssueCode>();
      same<typeof issue.message, string>();
      same<typeof issue.expected, string>();
      same<typeof issue.received, string>();
      if (issue.code === "type" || issue.code === "of tomorrow") continue;
      // @ts-expect-error its value may be a secret, and is nowhere
      issue.value;
    }
  }
  if (error instanceof ResponseValidationError) {
    same<typeof error.issues, Issue[]>();
    same<typeof error.operation, string>();
    same<typeof error.status, number>();
    same<typeof error.requestId, string | undefined>();
    same<typeof error.attempts, number>();
    same<typeof error.attemptLog, Attempt[]>();
    same<typeof error.ambiguous, boolean>();
    same<typeof error.text, string>();
    same<typeof error.body, unknown>();
    for (const attempt of error.attemptLog) {
      same<typeof attempt.status, number | undefined>();
      same<typeof attempt.fault, "connection" | "timeout" | undefined>();
      same<typeof attempt.requestId, string | undefined>();
      same<typeof attempt.afterMs, number>();
      same<typeof attempt.waitedMs, number>();
    }
    // @ts-expect-error who knows what it is
    error.body.result;
    // @ts-expect-error it is read only
    error.text = "";
  }
  if (error instanceof ApiError) {
    same<typeof error.status, number>();
    same<typeof error.code, string | undefined>();
    same<typeof error.requestId, string | undefined>();
    same<typeof error.method, string>();
    same<typeof error.path, string>();
    same<typeof error.operation, string>();
    same<typeof error.headers, Record<string, string>>();
    same<typeof error.attempts, number>();
    same<typeof error.attemptLog, Attempt[]>();
    same<typeof error.ambiguous, boolean>();
    same<typeof error.body, unknown>();
    // @ts-expect-error who knows what it is
    error.body.error;
    // @ts-expect-error only a 429 and a 5xx ask to wait
    error.retryAfterMs;
  }
  if (error instanceof RateLimitError) same<typeof error.retryAfterMs, number>();
  if (error instanceof ServerError) same<typeof error.retryAfterMs, number | undefined>();
  if (error instanceof ConnectionError) {
    same<typeof error.ambiguous, boolean>();
    same<typeof error.operation, string>();
    same<typeof error.attempts, number>();
    same<typeof error.attemptLog, Attempt[]>();
    same<typeof error.cause, unknown>();
    // @ts-expect-error no answer came
    error.status;
  }
  if (error instanceof TimeoutError) {
    same<typeof error.timeoutMs, number>();
    const wider: ConnectionError = error;
    return wider;
  }
  if (error instanceof WaitError) {
    same<typeof error.reason, "deadline" | "failed-state" | "gone" | "refused">();
    same<typeof error.cause, unknown>();
    same<typeof error.lastState, AnyState | undefined>();
    same<typeof error.elapsedMs, number>();
    // @ts-expect-error there is no such reason
    return error.reason === "failed";
  }
  return error;
}

// Each of a status is an ApiError; a test of yours can make one.
export const classes: (typeof ApiError)[] = [
  BadRequestError,
  AuthenticationError,
  PermissionDeniedError,
  NotFoundError,
  ConflictError,
  FailedDependencyError,
  ServerError,
];
const attempts = { ambiguous: false, operation: "services.get", attempts: 1, attemptLog: [] };
const answer = { ...attempts, status: 404, code: "NOT_FOUND", requestId: undefined, method: "GET", path: "/v1", headers: {} };
const hidden: Required<Hidden> = { text: "{}", cause: undefined };
const issue: Issue = { path: [], code: "type", message: "", expected: "", received: "" };
export const made: CloudError[] = [
  new CloudError("message"),
  new ConfigurationError("message", {}, { cause: new Error() }),
  new RequestValidationError("message", { issues: [issue], operation: "services.create" }),
  new ResponseValidationError("message", { ...attempts, status: 200, requestId: "r", issues: [] }, hidden),
  new ApiError("message", answer),
  new BadRequestError("message", answer),
  new AuthenticationError("message", answer),
  new PermissionDeniedError("message", answer),
  new NotFoundError("message", answer, { text: "{}" }),
  new ConflictError("message", answer),
  new FailedDependencyError("message", answer),
  new ServerError("message", answer),
  new ServerError("message", { ...answer, retryAfterMs: 1_000 }),
  new RateLimitError("message", { ...answer, retryAfterMs: 1_000 }),
  new ConnectionError("message", attempts, { cause: new TypeError() }),
  new TimeoutError("message", { ...attempts, timeoutMs: 30_000 }),
  new WaitError("message", { reason: "gone", lastState: "idle", elapsedMs: 1 }),
  new WaitError("message", { reason: "refused", lastState: "idle", elapsedMs: 1 }, { cause: new ConflictError("message", answer) }),
  // @ts-expect-error a message is a string
  new CloudError(1),
  // @ts-expect-error a message is a string
  new ConfigurationError(),
  // @ts-expect-error with which issues?
  new RequestValidationError("message", {}),
  // @ts-expect-error with which issues?
  new ResponseValidationError("message", answer),
  // @ts-expect-error with which status?
  new ApiError("message", {}),
  // @ts-expect-error a status is a number
  new BadRequestError("message", { ...answer, status: "400" }),
  // @ts-expect-error a status is a number
  new AuthenticationError("message", { ...answer, status: "401" }),
  // @ts-expect-error a status is a number
  new PermissionDeniedError("message", { ...answer, status: "403" }),
  // @ts-expect-error a status is a number
  new NotFoundError("message", { ...answer, status: "404" }),
  // @ts-expect-error a status is a number
  new ConflictError("message", { ...answer, status: "409" }),
  // @ts-expect-error a status is a number
  new FailedDependencyError("message", { ...answer, status: "424" }),
  // @ts-expect-error a status is a number
  new ServerError("message", { ...answer, status: "500" }),
  // @ts-expect-error how long to wait?
  new RateLimitError("message", answer),
  // @ts-expect-error after which attempts?
  new ConnectionError("message", {}),
  // @ts-expect-error after which time?
  new TimeoutError("message", attempts),
  // @ts-expect-error there is no such reason
  new WaitError("message", { reason: "failed", lastState: "idle", elapsedMs: 1 }),
];
