//! The TypeScript types of the options, events and `schemas`, as users see them on hover. The types of the classes come
//! from their JSDoc (`js/`); `scripts/build/declarations.mjs` joins both into the package's `.d.ts`.

use wasm_bindgen::prelude::*;

#[wasm_bindgen(typescript_custom_section)]
const CLIENT: &str = r#"
/**
 * The options of `new CloudClient(…)`: a plain object. Credentials, organization and address that are not given come
 * from environment variables, where the runtime has them; white space around a variable is ignored.
 *
 * A client without credentials is for a backend that adds them: it needs that backend's `baseUrl`.
 */
export interface CloudClientOptions {
  /** The key's id, for HTTP Basic, without white space. Default: CLICKHOUSE_CLOUD_API_KEY. */
  keyId?: string | undefined;
  /** The key's secret, without white space. Default: CLICKHOUSE_CLOUD_API_SECRET. */
  keySecret?: string | undefined;
  /** A bearer token in place of a key, without white space. */
  bearerToken?: string | undefined;
  /**
   * The organization's id, a UUID. Default: CLICKHOUSE_ORG_ID. Without either, the client lists the organizations once
   * and uses the one that it finds if there is exactly one.
   */
  organizationId?: string | undefined;
  /**
   * The address of the API. Default: CLICKHOUSE_API_URL, then https://api.clickhouse.cloud. In a page it may be
   * relative to `document.baseURI`. A `/v1` at its end is removed, because other official tools expect one there.
   */
  baseUrl?: string | undefined;
  /**
   * Permits credentials over plain http, also those in `headers`: anyone on the network path can read them. Default:
   * false, or true where CLICKHOUSE_CLOUD_ALLOW_HTTP is 1. Loopback (localhost, 127.0.0.0/8, ::1) is always permitted.
   */
  allowHttp?: boolean | undefined;
  /** The timeout of one attempt, including its body, in milliseconds. Default: 30,000. */
  timeoutMs?: number | undefined;
  /**
   * How long after the start of the first attempt a retry may still start, in milliseconds. Default: 60,000; 0: no
   * retry.
   */
  retryBudgetMs?: number | undefined;
  /**
   * The rate limit. Default: 10 requests per 10,000 ms, the service's own limit, shared by all clients of a key that have
   * neither `fetch` nor `clock`, which tests give.
   * `false`: no limit. Clients given the same `RateLimiter` share it. An object with `acquire` is a custom rate
   * limiter.
   */
  rateLimit?: { readonly requests: number; readonly perMs: number } | RateLimiterLike | false | undefined;
  /** The longest response body that is read, in bytes; a longer one fails the call. Default: 64 MiB. */
  maxBodyBytes?: number | undefined;
  /**
   * Called as `fetch(url, init)`. Default: the runtime's `fetch`. Use it for an outbound proxy or a private CA
   * (docs/outbound.md). Errors of fetch itself count as connection failures; any other error that it throws ends the
   * call.
   *
   * It may resolve with a response of another library, such as node-fetch, or with a test double that has a `status`
   * and one of `body`, `arrayBuffer()`, `text()` and `json()`. If none of these can be read, the call fails with a
   * `ResponseValidationError` and is not retried.
   */
  fetch?: ((url: string, init: FetchInit) => Promise<ResponseLike>) | undefined;
  /** A clock, for tests. Default: the runtime's. An error that it throws ends the call. */
  clock?: Clock | undefined;
  /** Headers added to every request. */
  headers?: HeadersLike | undefined;
  /** An object like console. Default: console. Errors that it throws, and its rejections, are ignored. */
  logger?: Logger | undefined;
  /** The least severe level that is logged. Default: "warn". */
  logLevel?: "off" | "error" | "warn" | "info" | "debug" | undefined;
  /**
   * Called before each request is sent. An error that it throws ends the call. Like every hook it may be async: it is
   * not awaited, and its rejection is logged as an error, so keep secrets out of it.
   */
  onRequest?: ((request: RequestEvent) => unknown) | undefined;
  /**
   * Called after each response; may be async, like `onRequest`. An error that it throws ends the call, even a
   * successful one. The password of a created service, which is shown only once, is then lost; `resetPassword` makes a
   * new one.
   */
  onResponse?: ((response: ResponseEvent) => unknown) | undefined;
  /**
   * Called before the pause that precedes each retry; may be async, like `onRequest`. An error that it throws ends the
   * call.
   */
  onRetry?: ((retry: RetryEvent) => unknown) | undefined;
  /**
   * How requests that violate the contract are handled. Default: "error", nothing is sent. "warn" sends the request as
   * it is and logs each violation as a warning; "off" sends it without a log entry. Use these where the service has
   * raised a limit since this version of the package.
   *
   * Always refused: values that JSON cannot hold, a route that is not in the contract, a value that would change the
   * path, an invalid header. `schemas` are not affected.
   */
  validateRequests?: "error" | "warn" | "off" | undefined;
  /**
   * How responses that violate the contract are handled. Default: "error", the call fails. "warn" logs, "off" ignores.
   * A response without the password that the call is for (create, `resetPassword`) always fails the call.
   */
  validateResponses?: "error" | "warn" | "off" | undefined;
  /**
   * How unknown properties of a request are handled. Default: "error". "send" sends them without a log entry. They are
   * also sent, and logged with "warn", when `validateRequests` is "warn" or "off".
   */
  unknownProperties?: "error" | "send" | undefined;
  /**
   * Permits a key secret in a page, where everyone who opens the page can read it. Use a backend that adds the key
   * instead.
   */
  dangerouslyAllowBrowser?: boolean | undefined;
}

/** Names and values of headers. An undefined value counts as absent. */
export type HeadersLike =
  | Headers
  | readonly (readonly [name: string, value: string])[]
  | Iterable<readonly [name: string, value: string]>
  | { readonly [name: string]: string | undefined };

/** The second argument of the `fetch` option. It is assignable to the `RequestInit` of every library. */
export interface FetchInit {
  /** The HTTP method, in upper case. */
  method: string;
  /** Names, in lower case, and values, including the credentials. */
  headers: Record<string, string>;
  /** The JSON body. Absent: no body. */
  body?: string;
  /** Always "manual": the API has no redirects, and credentials must not follow one. */
  redirect: "manual";
  /** Set only where the runtime's Request supports it. */
  cache?: "no-store";
  /** Aborts when the call ends before the response has come, and when the attempt takes longer than `timeoutMs`. */
  signal: AbortSignal;
}

/**
 * The result of the `fetch` option: a `Response` of the runtime or of another library, or a test double. The body is
 * read from `body` if that is a stream, otherwise from the first of `arrayBuffer()`, `text()` and `json()` that exists.
 */
export interface ResponseLike {
  /** The HTTP status. */
  readonly status: number;
  /** A `Headers` object, a Map, a list of pairs, or a plain object. */
  readonly headers?: unknown;
  /** A web or Node stream of bytes, a string, or bytes. */
  readonly body?: unknown;
  /** The whole body, as bytes. */
  arrayBuffer?(): Promise<ArrayBuffer>;
  /** The whole body, as text. */
  text?(): Promise<string>;
  /** The whole body, parsed as JSON. */
  json?(): Promise<unknown>;
}

/** A custom clock. If it stops or is set back, no wait becomes longer: completed sleeps count as elapsed time. */
export interface Clock {
  /** The time, in milliseconds since the epoch. */
  now(): number;
  /** Resolves after `ms` milliseconds. The signal aborts when the sleep is no longer needed. */
  sleep(ms: number, signal: AbortSignal): Promise<unknown>;
}

/** A custom rate limiter, such as one that several processes share. */
export interface RateLimiterLike {
  /**
   * Resolves when a request may be sent, optionally with a function that receives the request's outcome. The signal
   * aborts when the call has ended meanwhile. A rejection ends the call; a rejection of the returned function is
   * logged.
   */
  acquire(signal: AbortSignal): Promise<void | ((outcome: RateLimitOutcome) => unknown)>;
}

/** The outcome of a request, as a custom rate limiter receives it. */
export interface RateLimitOutcome {
  /** The HTTP status; undefined: no response came. */
  readonly status: number | undefined;
  /**
   * The wait that a 429 or 5xx asks for, in milliseconds, without an upper bound. If absent: 10,000 for a 429, else
   * undefined.
   */
  readonly retryAfterMs: number | undefined;
}

/** The argument of `onRequest`. */
export interface RequestEvent {
  /** The operation, such as `services.list`. */
  operation: string;
  /** The HTTP method. */
  method: string;
  /** The absolute URL. It never holds a secret. */
  url: string;
  /** Names in lower case, and values, without the credentials. */
  headers: Record<string, string>;
  /** How many attempts the call has made, including this one. */
  attempt: number;
}

/** The argument of `onResponse`. */
export interface ResponseEvent {
  /** The operation, such as `services.list`. */
  operation: string;
  /** The HTTP method. */
  method: string;
  /** The absolute URL. */
  url: string;
  /** How many attempts the call has made, including this one. */
  attempt: number;
  /** The HTTP status. */
  status: number;
  /** The headers of the response; names in lower case. */
  headers: Record<string, string>;
  /** The service's id of the request. Include it when you ask ClickHouse for help. */
  requestId: string | undefined;
  /** The time from sending the request until its body was read, in milliseconds. */
  durationMs: number;
}

/** The argument of `onRetry`. */
export interface RetryEvent {
  /** The operation, such as `services.list`. */
  operation: string;
  /** How many attempts the call has made. */
  attempt: number;
  /** The HTTP status of the last attempt; undefined: no response came. */
  status: number | undefined;
  /** Why no response came. */
  fault: "connection" | "timeout" | undefined;
  /** The pause before the next attempt, in milliseconds. */
  waitMs: number;
}

/** An object like console. No message holds a secret. */
export interface Logger {
  /** Failures that no caller receives, such as the rejection of a hook. */
  error(message: string): unknown;
  /** Values that the contract does not know, tolerated violations, deprecated operations. */
  warn(message: string): unknown;
  /** Retries, the states that waits see, and failed calls. */
  info(message: string): unknown;
  /** Each request and response, with the parts of their bodies that the contract marks as safe to show. */
  debug(message: string): unknown;
}
"#;

#[wasm_bindgen(typescript_custom_section)]
const CALLS: &str = r#"
/** The options of one call: a plain object. A bare `AbortSignal` is refused: write `{ signal }`. */
export interface CallOptions {
  /** Ends the call, which rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** The timeout of one attempt, including its body, in milliseconds. Overrides the client's. */
  timeoutMs?: number | undefined;
  /** Headers added to the request. They override the client's. */
  headers?: HeadersLike | undefined;
}

/** The options of the helpers that wait. The defaults hold for services unless a helper says otherwise. */
export interface WaitOptions<S extends string = State> {
  /** Ends the wait, which rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** The deadline of the whole wait, in milliseconds. Default: 30 minutes. */
  timeoutMs?: number | undefined;
  /** A fixed pause between two polls, in milliseconds. Default: it grows from 1 s to 10 s. */
  pollIntervalMs?: number | undefined;
  /**
   * Called after each poll, including failed ones. An error that it throws ends the wait. It may be async: it is not
   * awaited, and its rejection is logged.
   */
  onProgress?: ((progress: Progress<S>) => unknown) | undefined;
  /** Headers added to each request of the wait. */
  headers?: HeadersLike | undefined;
}

/** The progress of a wait. For a backup, the state is its status. */
export interface Progress<S extends string = State> {
  /** The state that was read last; "unknown" before the first one is read. */
  state: S;
  /** The previous state, if this poll saw it change. */
  previousState: S | undefined;
  /** The time since the wait began, in milliseconds. */
  elapsedMs: number;
  /** How many polls have been made, including this one. */
  attempt: number;
  /** The last refusal of the wait's command (stop, start, awake, delete), until the service accepts it. */
  refusal?: WaitRefusal | undefined;
  /** A temporary failure of this poll or of the last command. The wait continues. */
  fault?: WaitFault | undefined;
}

/** A result together with the response that carried it. */
export interface WithResponse<T> {
  /** The result. */
  data: T;
  /** The HTTP status. */
  status: number;
  /** Names in lower case. */
  headers: Record<string, string>;
  /** The service's id of the request. Include it when you ask ClickHouse for help. */
  requestId: string | undefined;
  /** How many attempts the call made. */
  attempts: number;
}

/**
 * The promise of a call: a native promise with the method `withResponse`. Handling a rejection of either promise is
 * enough.
 */
export type CloudPromise<T> = Promise<T> & {
  /** Resolves with the result and its response: status, headers, request id, attempts. */
  withResponse(): Promise<WithResponse<T>>;
};

/**
 * The promise of a list that comes in pages: that of one page, and an iteration over the items of all pages from there on.
 * `for await (const item of cloud.udfs.list())` requests each further page when it is needed; a loop that ends early
 * requests no more. The options of the call, such as its `signal`, are those of every page.
 */
export type PagePromise<Page, Item> = CloudPromise<Page> & AsyncIterable<Item>;

/** A 409 or 424 during a wait: the service's state does not allow the command yet. */
export interface WaitRefusal {
  /** The HTTP status. */
  status: number;
  /** The word before the colon in the API's text, such as `CONFLICT`. */
  code: string | undefined;
  /** The API's text. */
  message: string;
}

/** A temporary failure during a wait. */
export interface WaitFault {
  /** The HTTP status, if a response came: 408, 429, 5xx, a 404 that proves nothing, or a 2xx that cannot be read. */
  status: number | undefined;
  /** Why no response came. */
  fault: "connection" | "timeout" | undefined;
  /** The message of the error. */
  message: string;
}
"#;

#[wasm_bindgen(typescript_custom_section)]
const SCHEMAS: &str = r#"
/** A schema of Standard Schema V1 (https://standardschema.dev). Libraries that support that standard accept it. */
export interface StandardSchemaV1<Input = unknown, Output = Input> {
  /** The properties that Standard Schema defines. */
  readonly "~standard": StandardSchemaProps<Input, Output>;
}

/** The properties that Standard Schema V1 requires of a schema. */
export interface StandardSchemaProps<Input = unknown, Output = Input> {
  /** The version of Standard Schema. */
  readonly version: 1;
  /** The library that provides the schema. */
  readonly vendor: "clickhouse-cloud";
  /** Checks a value synchronously. It never throws. */
  readonly validate: (value: unknown) => SchemaResult<Output>;
  /** Types for the compiler only; absent at run time. */
  readonly types?: { readonly input: Input; readonly output: Output } | undefined;
}

/**
 * The result of a check: the value as JSON represents it, or all issues. The paths of the issues start at the value
 * itself: `["ipAccessList", 0, "source"]`.
 */
export type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly Issue[] };
"#;
