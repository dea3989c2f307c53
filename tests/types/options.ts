// Every option of the constructor and of calls, hooks, rate limits, passwords.
import {
  CloudClient,
  RateLimiter,
  doubleSha1Hash,
  generatePassword,
  hashPassword,
  type CallOptions,
  type Clock,
  type CloudClientOptions,
  type FetchInit,
  type HeadersLike,
  type Logger,
  type RateLimitOutcome,
  type RateLimiterLike,
  type RequestEvent,
  type ResponseEvent,
  type ResponseLike,
  type RetryEvent,
  type WaitOptions,
} from "clickhouse-cloud";

const clock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) => new Promise((wake) => (same<typeof signal, AbortSignal>(), setTimeout(wake, ms))),
};
const logger: Logger = { error: console.error, warn: console.warn, info: console.info, debug: console.debug };

export const all: Required<CloudClientOptions> = {
  keyId: "key",
  keySecret: "secret",
  bearerToken: undefined,
  organizationId: "3f6c1d1e-8a52-4b6f-9d0c-5a1b2c3d4e5f",
  baseUrl: "https://api.clickhouse.cloud",
  allowHttp: false,
  timeoutMs: 30_000,
  retryBudgetMs: 0,
  rateLimit: { requests: 10, perMs: 10_000 },
  maxBodyBytes: 1_000_000,
  fetch: (url, init) => {
    same<typeof url, string>();
    same<typeof init, FetchInit>();
    same<typeof init.method, string>();
    same<typeof init.headers, Record<string, string>>();
    same<typeof init.redirect, "manual">();
    same<typeof init.signal, AbortSignal>();
    if (init.body !== undefined) same<typeof init.body, string>();
    if (init.cache !== undefined) same<typeof init.cache, "no-store">();
    return fetch(url, init);
  },
  clock,
  headers: { "user-agent": "mine", "x-none": undefined },
  logger,
  logLevel: "info",
  onRequest: async (request) => {
    same<typeof request, RequestEvent>();
    same<typeof request.operation, string>();
    same<typeof request.method, string>();
    same<typeof request.url, string>();
    same<typeof request.headers, Record<string, string>>();
    same<typeof request.attempt, number>();
  },
  onResponse: (response) => {
    same<typeof response, ResponseEvent>();
    same<typeof response.operation, string>();
    same<typeof response.method, string>();
    same<typeof response.url, string>();
    same<typeof response.attempt, number>();
    same<typeof response.status, number>();
    same<typeof response.headers, Record<string, string>>();
    same<typeof response.requestId, string | undefined>();
    same<typeof response.durationMs, number>();
  },
  onRetry: (retry) => {
    same<typeof retry, RetryEvent>();
    same<typeof retry.operation, string>();
    same<typeof retry.attempt, number>();
    same<typeof retry.status, number | undefined>();
    same<typeof retry.fault, "connection" | "timeout" | undefined>();
    same<typeof retry.waitMs, number>();
  },
  validateRequests: "off",
  validateResponses: "warn",
  unknownProperties: "send",
  dangerouslyAllowBrowser: true,
};

export const clients = [
  new CloudClient(),
  new CloudClient({ keyId: undefined, keySecret: undefined, bearerToken: "token", logger: console, fetch: globalThis.fetch }),
  new CloudClient(all as { [name in keyof CloudClientOptions]-?: CloudClientOptions[name] }),
  // @ts-expect-error there is no such option
  new CloudClient({ keyID: "key" }),
  // @ts-expect-error a key is a string
  new CloudClient({ keyId: 1 }),
  // @ts-expect-error a secret is a string
  new CloudClient({ keySecret: 1 }),
  // @ts-expect-error a token is a string
  new CloudClient({ bearerToken: null }),
  // @ts-expect-error an organization is told by its id
  new CloudClient({ organizationId: {} }),
  // @ts-expect-error an address is a string
  new CloudClient({ baseUrl: new URL("https://api.clickhouse.cloud") }),
  // @ts-expect-error it is true or false
  new CloudClient({ allowHttp: 1 }),
  // @ts-expect-error milliseconds are a number
  new CloudClient({ timeoutMs: "30s" }),
  // @ts-expect-error milliseconds are a number
  new CloudClient({ retryBudgetMs: false }),
  // @ts-expect-error a limit has two sides
  new CloudClient({ rateLimit: { requests: 10 } }),
  // @ts-expect-error bytes are a number
  new CloudClient({ maxBodyBytes: "64 MiB" }),
  // Wrappers as they are usually declared, and doubles.
  new CloudClient({ fetch: (url: string, init: RequestInit) => fetch(url, init) }),
  new CloudClient({ fetch: (url: string | URL, init?: RequestInit): Promise<Response> => fetch(url, { ...init, keepalive: true }) }),
  new CloudClient({ fetch: async (): Promise<ResponseLike> => ({ status: 200, json: async () => ({ result: [] }) }) }),
  new CloudClient({ fetch: async (): Promise<ResponseLike> => ({ status: 204, text: async () => "" }) }),
  new CloudClient({ fetch: async (): Promise<ResponseLike> => ({ status: 204, arrayBuffer: async () => new ArrayBuffer(0) }) }),
  new CloudClient({ fetch: async () => ({ status: 200, headers: { "content-type": "application/json" }, body: new Uint8Array() }) }),
  // @ts-expect-error it resolves with a response
  new CloudClient({ fetch: async (url: string) => url }),
  // @ts-expect-error it resolves with one: a promise
  new CloudClient({ fetch: () => new Response() }),
  // @ts-expect-error a response has a status
  new CloudClient({ fetch: async () => ({ json: async () => ({}) }) }),
  // @ts-expect-error a clock sleeps, too
  new CloudClient({ clock: { now: Date.now } }),
  // @ts-expect-error a value is a string
  new CloudClient({ headers: { "x-count": 1 } }),
  // @ts-expect-error a logger has four levels
  new CloudClient({ logger: { error: console.error } }),
  // @ts-expect-error there is no such level
  new CloudClient({ logLevel: "trace" }),
  // @ts-expect-error a request has no status
  new CloudClient({ onRequest: ({ status }) => status }),
  // @ts-expect-error a hook is a function
  new CloudClient({ onResponse: [] }),
  // @ts-expect-error an answer came, or it did not
  new CloudClient({ onRetry: ({ fault }) => fault === "dns" }),
  // @ts-expect-error there is no such way
  new CloudClient({ validateRequests: "log" }),
  // @ts-expect-error there is no such way
  new CloudClient({ validateResponses: true }),
  // @ts-expect-error there is no such way
  new CloudClient({ unknownProperties: "drop" }),
  // @ts-expect-error it is true or false
  new CloudClient({ dangerouslyAllowBrowser: "yes" }),
];

export const call: Required<CallOptions> = { signal: undefined, timeoutMs: undefined, headers: undefined };
export const wait: Required<WaitOptions> = {
  signal: AbortSignal.timeout(1),
  timeoutMs: 0,
  pollIntervalMs: undefined,
  onProgress: undefined,
  headers: new Map([["x-trace", "1"]]),
};
// @ts-expect-error a clock sleeps and wakes
export const sleepless: Clock = { now: () => 0, sleep: () => 0 };
// @ts-expect-error a line is a string
export const mute: Logger = { error(line: number) {}, warn() {}, info() {}, debug() {} };
export const calls: CallOptions[] = [
  // @ts-expect-error a controller is no signal
  { signal: new AbortController() },
  // @ts-expect-error a signal stands in the options: { signal }
  new AbortController().signal,
  // @ts-expect-error headers stand in the options: { headers }
  new Headers(),
  // @ts-expect-error milliseconds are a number
  { timeoutMs: "1s" },
  // @ts-expect-error a value is a string
  { headers: { "x-count": 1 } },
];
export const waits: WaitOptions[] = [
  // @ts-expect-error a controller is no signal
  { signal: new AbortController() },
  // @ts-expect-error milliseconds are a number
  { timeoutMs: "1s" },
  // @ts-expect-error a value is a string
  { headers: { "x-count": 1 } },
  // @ts-expect-error milliseconds are a number
  { pollIntervalMs: "1s" },
  // @ts-expect-error progress has no percentage
  { onProgress: ({ percent }) => percent },
];

export const headers: HeadersLike[] = [
  new Headers(),
  new Headers({ "x-trace": "1" }),
  [["x-trace", "1"]],
  { "x-trace": "1" } as const,
  // @ts-expect-error names come with values
  ["x-trace"],
  // @ts-expect-error a header is no text
  "x-trace: 1",
];

const limiter = new RateLimiter({ requests: 10, perMs: undefined });
same<typeof limiter.requests, number>();
same<typeof limiter.perMs, number>();
same<typeof limiter.waiting, number>();
const shared: RateLimiterLike = {
  async acquire(signal) {
    same<typeof signal, AbortSignal>();
    return (outcome) => {
      same<typeof outcome, RateLimitOutcome>();
      same<typeof outcome.status, number | undefined>();
      same<typeof outcome.retryAfterMs, number | undefined>();
    };
  },
};
export const limited = [
  new RateLimiter(),
  new CloudClient({ rateLimit: limiter }),
  new CloudClient({ rateLimit: shared }),
  new CloudClient({ rateLimit: { acquire: async () => {} } }),
  new CloudClient({ rateLimit: false }),
  new CloudClient({ rateLimit: { requests: 1, perMs: 1 } as const }),
  // @ts-expect-error there is no such option
  new RateLimiter({ perSecond: 1 }),
  // @ts-expect-error it waits for nobody
  new CloudClient({ rateLimit: { acquire: () => 1 } }),
  // @ts-expect-error no limit is false
  new CloudClient({ rateLimit: true }),
];
// @ts-expect-error a limit does not change
limiter.requests = 20;
// @ts-expect-error a limit does not change
limiter.perMs = 20;

export const client = new CloudClient();
client.free();
client[Symbol.dispose]();
// @ts-expect-error it takes nothing
client.free(1);
// @ts-expect-error it takes nothing
client[Symbol.dispose](1);
// @ts-expect-error there is no such resource
client.clusters;

export const hashes: string[] = [
  hashPassword("abc"),
  hashPassword(new Uint8Array(3)),
  doubleSha1Hash("abc"),
  doubleSha1Hash(new Uint8Array(3)),
];
export const passwords: string[] = [generatePassword(), generatePassword({ length: 32 }), generatePassword({ length: undefined })];
// @ts-expect-error a password is a string or its bytes
hashPassword(1);
// @ts-expect-error a password is a string or its bytes
doubleSha1Hash(["abc"]);
// @ts-expect-error a length is a number
generatePassword({ length: "24" });
// @ts-expect-error the length stands in the options
generatePassword(24);
