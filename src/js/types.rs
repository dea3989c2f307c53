//! The TypeScript types of options. They end up beside those of the functions here; the classes' own are read from their
//! JavaScript (`pkg/src`).

use wasm_bindgen::prelude::*;

#[wasm_bindgen(typescript_custom_section)]
const CLIENT: &str = r#"
/** The options of the constructor. What is not given comes from the environment, where there is one. */
export interface CloudClientOptions {
  /** The key's id, for HTTP Basic. By default CLICKHOUSE_CLOUD_API_KEY. */
  keyId?: string | undefined;
  /** The key's secret. By default CLICKHOUSE_CLOUD_API_SECRET. */
  keySecret?: string | undefined;
  /** Instead of a key. */
  bearerToken?: string | undefined;
  /** A UUID. By default CLICKHOUSE_ORG_ID; without one the client asks once, and takes it when there is exactly one. */
  organizationId?: string | undefined;
  /** By default CLICKHOUSE_API_URL, then https://api.clickhouse.cloud. In a page it may be relative. */
  baseUrl?: string | undefined;
  /** For one attempt, its body included, in milliseconds. By default 30,000. */
  timeoutMs?: number | undefined;
  /** How long after the first attempt's start a retry may still begin, in milliseconds. By default 60,000; 0: no retry. */
  retryBudgetMs?: number | undefined;
  /**
   * By default 10 requests in 10,000 ms, the service's own limit, shared by all clients of a key; false: none. A
   * `RateLimiter` is shared by the clients that are given it; with `acquire` the caller says when a request may go.
   */
  rateLimit?: { requests: number; perMs: number } | RateLimiterLike | false | undefined;
  /** A longer answer is refused. By default 64 MiB. */
  maxBodyBytes?: number | undefined;
  /** Called as fetch(url, init). By default the host's. What it throws ends the call, but for errors of fetch itself. */
  fetch?: ((url: string, init: RequestInit) => Promise<Response>) | undefined;
  /** For tests. By default the host's. What it throws ends the call. */
  clock?: { now(): number; sleep(ms: number, signal: AbortSignal): Promise<void> } | undefined;
  /** Added to every request. */
  headers?: HeadersInit | undefined;
  /** An object like console. By default console. What it throws is dropped. */
  logger?: Logger | undefined;
  /** Lines that matter less are dropped. By default "warn". */
  logLevel?: "off" | "error" | "warn" | "info" | "debug" | undefined;
  /** Told of each request before it leaves. What it throws ends the call. */
  onRequest?: ((request: RequestEvent) => void) | undefined;
  /**
   * Told of each answer. What it throws ends the call, also one that has succeeded: the password of a creation, which is
   * shown only once, is lost then, and `resetPassword` makes another.
   */
  onResponse?: ((response: ResponseEvent) => void) | undefined;
  /** Told of each retry before the wait for it. What it throws ends the call. */
  onRetry?: ((retry: RetryEvent) => void) | undefined;
  /** What becomes of answers that break the contract. By default "error". */
  validateResponses?: "error" | "warn" | "off" | undefined;
  /** What becomes of properties of a request that the contract does not know. By default "error". */
  unknownProperties?: "error" | "send" | undefined;
  /** A key secret in a page can be read by everyone who opens it. Use a backend that adds the key instead. */
  dangerouslyAllowBrowser?: boolean | undefined;
}

/** A rate limiter of the caller's own, such as one that several processes share. */
export interface RateLimiterLike {
  /**
   * Resolves when a request may go; optionally with a function that is told what came of it. The signal fires when the
   * call has ended meanwhile. What it rejects with ends the call.
   */
  acquire(signal: AbortSignal): Promise<void | ((outcome: { status?: number; retryAfterMs?: number }) => void)>;
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

/** An object like console. */
export interface Logger {
  error(message: string): void;
  warn(message: string): void;
  info(message: string): void;
  debug(message: string): void;
}
"#;

#[wasm_bindgen(typescript_custom_section)]
const CALLS: &str = r#"
/** The options of one call. */
export interface CallOptions {
  /** Ends the call: it rejects with the signal's own reason. */
  signal?: AbortSignal | undefined;
  /** For one attempt, its body included, in milliseconds; instead of the client's own. */
  timeoutMs?: number | undefined;
  /** Added to the request; they win over the client's own. */
  headers?: HeadersInit | undefined;
}

/** The options of the helpers that wait. */
export interface WaitOptions {
  /** Ends the wait: it rejects with the signal's own reason. */
  signal?: AbortSignal | undefined;
  /** The deadline of the whole wait, in milliseconds; 30 minutes by default. */
  timeoutMs?: number | undefined;
  /** Makes the pause between two polls fixed, in milliseconds; by default it grows from 1 s to 10 s. */
  pollIntervalMs?: number | undefined;
  /** Told of each poll. What it throws ends the wait. */
  onProgress?: ((progress: Progress) => void) | undefined;
  /** Added to each request of the wait. */
  headers?: HeadersInit | undefined;
}

/** How a wait stands. */
export interface Progress {
  /** The state that was read. */
  state: State;
  /** The state before, where it has just changed. */
  previousState: State | undefined;
  /** How long the wait has lasted, in milliseconds. */
  elapsedMs: number;
  /** How many times it has read, this one included. */
  attempt: number;
}
"#;
