//! The TypeScript types of options and of `schemas`. They end up beside those of the functions here; the classes' own are
//! read from their JavaScript (`js/`).

use wasm_bindgen::prelude::*;

#[wasm_bindgen(typescript_custom_section)]
const CLIENT: &str = r#"
/**
 * The options of the constructor: a plain object. What is not given comes from the environment, where there is one; white
 * space around a variable does not count.
 *
 * Without credentials the client is for a backend that adds them: then it needs that backend's `baseUrl`.
 */
export interface CloudClientOptions {
  /** The key's id, for HTTP Basic. By default CLICKHOUSE_CLOUD_API_KEY. It has no white space. */
  keyId?: string | undefined;
  /** The key's secret. By default CLICKHOUSE_CLOUD_API_SECRET. It has no white space. */
  keySecret?: string | undefined;
  /** Instead of a key. It has no white space. */
  bearerToken?: string | undefined;
  /** A UUID. By default CLICKHOUSE_ORG_ID; without one the client asks once, and takes it when there is exactly one. */
  organizationId?: string | undefined;
  /**
   * By default CLICKHOUSE_API_URL, then https://api.clickhouse.cloud. In a page it may be relative, to
   * `document.baseURI`. A `/v1` at its end is removed: other official tools are given one.
   */
  baseUrl?: string | undefined;
  /**
   * Permits credentials over plain http, also those among `headers`: whoever is on the way can read them. By default only
   * where CLICKHOUSE_CLOUD_ALLOW_HTTP is 1, and always to the loopback (localhost, 127.0.0.0/8, ::1).
   */
  allowHttp?: boolean | undefined;
  /** For one attempt, its body included, in milliseconds. By default 30,000. */
  timeoutMs?: number | undefined;
  /** How long after the first attempt's start a retry may still begin, in milliseconds. By default 60,000; 0: no retry. */
  retryBudgetMs?: number | undefined;
  /**
   * By default 10 requests in 10,000 ms, the service's own limit, shared by all clients of a key; false: none. A
   * `RateLimiter` is shared by the clients that are given it; with `acquire` the caller says when a request may go.
   */
  rateLimit?: { readonly requests: number; readonly perMs: number } | RateLimiterLike | false | undefined;
  /** A longer answer is refused. By default 64 MiB. */
  maxBodyBytes?: number | undefined;
  /**
   * Called as fetch(url, init). By default the host's. What it throws ends the call, but for errors of fetch itself. Here
   * requests are led through an outbound proxy, or a private CA is trusted (docs/outbound.md). It may resolve with the
   * response of another library, such as node-fetch, or with a double that has a `status` and one of `body`, `arrayBuffer()`,
   * `text()` and `json()`; where none of them can be read, the call fails with a `ResponseValidationError`, and is not tried again.
   */
  fetch?: ((url: string, init: FetchInit) => Promise<ResponseLike>) | undefined;
  /** For tests. By default the host's. What it throws ends the call. */
  clock?: Clock | undefined;
  /** Added to every request. */
  headers?: HeadersLike | undefined;
  /** An object like console. By default console. What it throws or rejects with is dropped. */
  logger?: Logger | undefined;
  /** Lines that matter less are dropped. By default "warn". */
  logLevel?: "off" | "error" | "warn" | "info" | "debug" | undefined;
  /**
   * Told of each request before it leaves. What it throws ends the call. As every hook it may be async: it is not awaited,
   * and what it rejects with is logged as an error, so keep secrets out of it.
   */
  onRequest?: ((request: RequestEvent) => unknown) | undefined;
  /**
   * Told of each answer; may be async, as onRequest. What it throws ends the call, also one that has succeeded: the password
   * of a creation, which is shown only once, is lost then, and `resetPassword` makes another.
   */
  onResponse?: ((response: ResponseEvent) => unknown) | undefined;
  /** Told of each retry before the wait for it; may be async, as onRequest. What it throws ends the call. */
  onRetry?: ((retry: RetryEvent) => unknown) | undefined;
  /**
   * What becomes of requests that break the contract. By default "error": nothing is sent. With "warn" each is sent as it
   * is, and the log is told of every violation at warn; with "off" it is sent without a word. That is the way past a limit
   * which the service has raised since this version was made.
   *
   * Refused all the same: what JSON cannot hold, a route that the contract does not have, a value that would change the
   * path, a header that is none. `schemas` stay as strict as they are.
   */
  validateRequests?: "error" | "warn" | "off" | undefined;
  /**
   * What becomes of answers that break the contract. By default "error". An answer without the password that the call is
   * for (a creation, `resetPassword`) is an error whatever this says.
   */
  validateResponses?: "error" | "warn" | "off" | undefined;
  /**
   * What becomes of properties of a request that the contract does not know. By default "error". With `validateRequests`
   * "warn" or "off" they are sent in any case; with "send" the log is not told of them.
   */
  unknownProperties?: "error" | "send" | undefined;
  /** A key secret in a page can be read by everyone who opens it. Use a backend that adds the key instead. */
  dangerouslyAllowBrowser?: boolean | undefined;
}

/** Names and values of headers. What is undefined is not there. */
export type HeadersLike =
  | Headers
  | readonly (readonly [name: string, value: string])[]
  | Iterable<readonly [name: string, value: string]>
  | { readonly [name: string]: string | undefined };

/** The second argument of the `fetch` option. The `RequestInit` of every library takes it as it is. */
export interface FetchInit {
  /** In upper case. */
  method: string;
  /** Names in lower case, and values. The credentials are among them. */
  headers: Record<string, string>;
  /** JSON. */
  body?: string;
  /** The API has no redirects, and credentials must not follow one. */
  redirect: "manual";
  /** Only where the host's own requests have it. */
  cache?: "no-store";
  /** Fires when the call ends before the response has come, and when the attempt takes longer than `timeoutMs`. */
  signal: AbortSignal;
}

/**
 * The result of the `fetch` option: a `Response` of the host or of another library, or a double. The body is read from `body`
 * where that is a stream, otherwise by the first of `arrayBuffer()`, `text()` and `json()` that is there.
 */
export interface ResponseLike {
  /** The HTTP status. */
  readonly status: number;
  /** A `Headers` object, a Map, a list of pairs, or a plain object. */
  readonly headers?: unknown;
  /** A stream of bytes of the web or of Node, a text, or bytes. */
  readonly body?: unknown;
  /** The whole body, as bytes. */
  arrayBuffer?(): Promise<ArrayBuffer>;
  /** The whole body, as text. */
  text?(): Promise<string>;
  /** The whole body, as the value that its JSON stands for. */
  json?(): Promise<unknown>;
}

/** A clock of the caller's own. Where it is set back or stands still, nothing waits longer: sleeps count as time. */
export interface Clock {
  /** The time, in milliseconds since the epoch. */
  now(): number;
  /** Resolves so many milliseconds later. The signal fires when nobody waits any more. */
  sleep(ms: number, signal: AbortSignal): Promise<unknown>;
}

/** A rate limiter of the caller's own, such as one that several processes share. */
export interface RateLimiterLike {
  /**
   * Resolves when a request may go; optionally with a function that is told what came of it. The signal fires when the
   * call has ended meanwhile. What it rejects with ends the call. What the function rejects with is logged.
   */
  acquire(signal: AbortSignal): Promise<void | ((outcome: RateLimitOutcome) => unknown)>;
}

/** What came of a request, as a rate limiter of the caller's own is told of it. */
export interface RateLimitOutcome {
  /** The HTTP status; undefined: no answer came. */
  readonly status: number | undefined;
  /** How long a 429 or a 5xx asks to wait, in milliseconds, however long; undefined where it does not say, but 10,000 for a 429. */
  readonly retryAfterMs: number | undefined;
}

/** A request, as `onRequest` is told of it. */
export interface RequestEvent {
  /** What was called, such as `services.list`. */
  operation: string;
  /** The HTTP method. */
  method: string;
  /** The absolute address. It never holds a secret. */
  url: string;
  /** Names in lower case, and values; without credentials. */
  headers: Record<string, string>;
  /** How many attempts the call has made, this one included. */
  attempt: number;
}

/** An answer, as `onResponse` is told of it. */
export interface ResponseEvent {
  /** What was called, such as `services.list`. */
  operation: string;
  /** The HTTP method. */
  method: string;
  /** The absolute address. */
  url: string;
  /** How many attempts the call has made, this one included. */
  attempt: number;
  /** The HTTP status. */
  status: number;
  /** The answer's, names in lower case. */
  headers: Record<string, string>;
  /** Name it when you ask ClickHouse for help. */
  requestId: string | undefined;
  /** From the request's leaving until the whole body was read, in milliseconds. */
  durationMs: number;
}

/** A retry, as `onRetry` is told of it. */
export interface RetryEvent {
  /** What was called, such as `services.list`. */
  operation: string;
  /** How many attempts the call has made. */
  attempt: number;
  /** The status that the last one met. */
  status: number | undefined;
  /** What it met instead of an answer. */
  fault: "connection" | "timeout" | undefined;
  /** How long the client waits before the next one, in milliseconds. */
  waitMs: number;
}

/** An object like console. No message holds a secret. */
export interface Logger {
  /** What nobody else hears. */
  error(message: string): unknown;
  /** Values that the contract does not know, breaches that are tolerated, deprecated operations. */
  warn(message: string): unknown;
  /** Retries, the states that waits see, calls that fail. */
  info(message: string): unknown;
  /** Each request and each answer, with what the contract says may be shown of their bodies. */
  debug(message: string): unknown;
}
"#;

#[wasm_bindgen(typescript_custom_section)]
const CALLS: &str = r#"
/** The options of one call: a plain object. An `AbortSignal` in its place is refused: write `{ signal }`. */
export interface CallOptions {
  /** Ends the call: it rejects with the signal's own reason. */
  signal?: AbortSignal | undefined;
  /** For one attempt, its body included, in milliseconds; instead of the client's own. */
  timeoutMs?: number | undefined;
  /** Added to the request; they win over the client's own. */
  headers?: HeadersLike | undefined;
}

/** The options of the helpers that wait; for services, if nothing else is said. */
export interface WaitOptions<S extends string = State> {
  /** Ends the wait: it rejects with the signal's own reason. */
  signal?: AbortSignal | undefined;
  /** The deadline of the whole wait, in milliseconds; 30 minutes by default. */
  timeoutMs?: number | undefined;
  /** Makes the pause between two polls fixed, in milliseconds; by default it grows from 1 s to 10 s. */
  pollIntervalMs?: number | undefined;
  /**
   * Told of each poll, also of one that failed. What it throws ends the wait. It may be async: it is not awaited, and what it
   * rejects with is logged.
   */
  onProgress?: ((progress: Progress<S>) => unknown) | undefined;
  /** Added to each request of the wait. */
  headers?: HeadersLike | undefined;
}

/** How a wait stands. Of a backup, the state is its status. */
export interface Progress<S extends string = State> {
  /** The state that was read last; "unknown" where none could be read yet. */
  state: S;
  /** The state before, where it has just changed. */
  previousState: S | undefined;
  /** How long the wait has lasted, in milliseconds. */
  elapsedMs: number;
  /** How many times it has polled, this one included. */
  attempt: number;
  /** The refusal of a command of the wait (stop, start, awake, delete), until the service takes it. */
  refusal?: WaitRefusal | undefined;
  /** What this poll or the last command met that may pass: the wait goes on. */
  fault?: WaitFault | undefined;
}

/** A result with the response that brought it. */
export interface WithResponse<T> {
  /** The result. */
  data: T;
  /** The HTTP status. */
  status: number;
  /** Names in lower case. */
  headers: Record<string, string>;
  /** Name it when you ask ClickHouse for help. */
  requestId: string | undefined;
  /** How many attempts were made. */
  attempts: number;
}

/** The promise of a call: a native one, with a method of its own. To handle the rejection of one of the two is enough. */
export type CloudPromise<T> = Promise<T> & {
  /** The result with the response that brought it. */
  withResponse(): Promise<WithResponse<T>>;
};

/** A 409 or 424 in a wait: the state of the service does not allow the command, yet. */
export interface WaitRefusal {
  /** The HTTP status. */
  status: number;
  /** The word before the colon in the API's text, such as `CONFLICT`. */
  code: string | undefined;
  /** The API's text. */
  message: string;
}

/** A failure in a wait that may pass. */
export interface WaitFault {
  /** The HTTP status, where a response came: 408, 429, 5xx, a 404 that proves nothing, a 2xx that cannot be read. */
  status: number | undefined;
  /** Why none came. */
  fault: "connection" | "timeout" | undefined;
  /** The error in words. */
  message: string;
}
"#;

#[wasm_bindgen(typescript_custom_section)]
const SCHEMAS: &str = r#"
/** A schema as Standard Schema V1 (https://standardschema.dev) has it. What speaks that takes it as it is. */
export interface StandardSchemaV1<Input = unknown, Output = Input> {
  /** What Standard Schema asks for. */
  readonly "~standard": StandardSchemaProps<Input, Output>;
}

/** What Standard Schema V1 asks of a schema. */
export interface StandardSchemaProps<Input = unknown, Output = Input> {
  /** The version of Standard Schema. */
  readonly version: 1;
  /** Whose schema it is. */
  readonly vendor: "clickhouse-cloud";
  /** Checks a value: at once, and without ever throwing. */
  readonly validate: (value: unknown) => SchemaResult<Output>;
  /** For the compiler alone: at run time there is nothing. */
  readonly types?: { readonly input: Input; readonly output: Output } | undefined;
}

/**
 * What a schema found: the value, which is what JSON holds of the one that was given, or every issue at once. Their paths
 * begin at the value itself: `["ipAccessList", 0, "source"]`.
 */
export type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly Issue[] };
"#;
