// Every request of the client, in the order of their start. The attempts of a call are grouped under it.
//
// The client's events have no id of their call, but follow each other in one turn of the client: `onRequest` comes right before
// its `fetch`, and `onResponse` right before the `onRetry` of the same attempt.
import { type Signal, signal } from "@preact/signals";
import type { CloudClientOptions } from "clickhouse-cloud";

export interface Attempt {
  /** Undefined: the response has not come. 0: none came. */
  readonly status: number | undefined;
  /** Why no response came. */
  readonly fault?: string;
  /** How long it took, in the back end's milliseconds. */
  readonly ms?: number;
  /** The pause before the next attempt. */
  readonly waitMs?: number;
  readonly requestId?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly response?: string;
}

export interface Call {
  readonly id: number;
  /** The operation, such as `services.list`. */
  readonly operation: string;
  readonly method: string;
  readonly url: string;
  /** In the back end's time. */
  readonly startedAt: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The body as it was sent: it may have secrets, and is shown masked. */
  readonly body: string | undefined;
  readonly attempts: readonly Attempt[];
  /** The next attempt comes after a pause. */
  readonly retries: boolean;
}

const MOST = 500;
/** The oldest first. Each call is a signal of its own, so that only its row is rendered again. */
export const traffic = signal<readonly Signal<Call>[]>([]);
/** When the responses of the latest requests came, in the back end's time; infinite while they are in flight. For the gauge. */
export const latest: { ended: number }[] = [];
const LATEST = 100;

export const isPending = ({ attempts, retries }: Call): boolean => retries || attempts.at(-1)?.status === undefined;

let calls = 0;

type FetchLike = (url: string, init: RequestInit) => Promise<Response>;

function change(call: Signal<Call>, index: number, part: Partial<Attempt>): void {
  const attempts = call.value.attempts.map((attempt, each) => (each === index ? { ...attempt, ...part } : attempt));
  call.value = { ...call.value, attempts };
}

/** The options of a client whose requests are recorded here. */
export function recorded(options: CloudClientOptions, now: () => number): CloudClientOptions {
  const send = (options.fetch ?? fetch) as FetchLike;
  /** The calls whose latest attempt is sent next. */
  const announced: Signal<Call>[] = [];
  /** The address of the latest response: that of the retry which follows it. */
  let answered: string | undefined;

  /** The call whose attempt has failed. Without a response its address is unknown: the longest in progress times out first. */
  function failed(operation: string, attempt: number, status: number | undefined, fault: string | undefined) {
    const same = traffic.value.filter(({ value }) => value.operation === operation && value.attempts.length === attempt && !value.retries);
    const ended = (last: number | undefined) => same.filter(({ value }) => value.attempts.at(-1)?.status === last);
    if (fault === "timeout") return ended(undefined)[0];
    return status === undefined ? ended(0).at(-1) : ended(status).findLast(({ value }) => value.url === answered);
  }

  return {
    ...options,
    onRequest({ operation, method, url, headers, attempt }) {
      const again = traffic.value.find(
        ({ value }) => value.retries && value.operation === operation && value.url === url && value.attempts.length === attempt - 1,
      );
      const call =
        again ??
        signal<Call>({
          id: (calls += 1),
          operation,
          method,
          url,
          startedAt: now(),
          headers,
          body: undefined,
          attempts: [],
          retries: false,
        });
      call.value = { ...call.value, attempts: [...call.value.attempts, { status: undefined }], retries: false };
      if (again === undefined) traffic.value = [...traffic.value.slice(-MOST + 1), call];
      announced.push(call);
    },
    onResponse({ url }) {
      answered = url;
    },
    onRetry({ operation, attempt, status, fault, waitMs }) {
      const call = failed(operation, attempt, status, fault);
      if (call === undefined) return;
      change(call, attempt - 1, { status: status ?? 0, ...(fault && { fault }), waitMs });
      call.value = { ...call.value, retries: true };
    },
    fetch: async (url: string, init: RequestInit) => {
      const index = announced.findIndex(({ value }) => value.url === url && value.method === (init.method ?? "GET"));
      const [call] = index < 0 ? [] : announced.splice(index, 1);
      const attempt = (call?.value.attempts.length ?? 0) - 1;
      const start = now();
      const request = { ended: Number.POSITIVE_INFINITY };
      latest.push(request);
      if (latest.length > LATEST) latest.shift();
      if (call !== undefined && typeof init.body === "string") call.value = { ...call.value, body: init.body };
      const record = (part: Partial<Attempt>) => call !== undefined && change(call, attempt, part);
      try {
        const response = await send(url, init);
        const headers = Object.fromEntries(response.headers);
        const requestId = headers["x-request-id"];
        record({ status: response.status, ms: now() - start, headers, ...(requestId !== undefined && { requestId }) });
        void response
          .clone()
          .text()
          .then(
            (text) => record({ response: text }),
            () => undefined,
          );
        return response;
      } catch (error) {
        const known = call?.value.attempts[attempt]?.fault;
        record({ status: 0, fault: known ?? (init.signal?.aborted ? "aborted" : "no response"), ms: now() - start });
        throw error;
      } finally {
        request.ended = now();
      }
    },
  };
}

export function clearTraffic(): void {
  traffic.value = traffic.value.filter(({ value }) => isPending(value));
}
