// Every request of the client, in the order of their start. The attempts of a call are grouped under it.
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
}

const MOST = 500;
/** The oldest first. Each call is a signal of its own, so that only its row is rendered again. */
export const traffic = signal<readonly Signal<Call>[]>([]);
/** When requests were sent, in the back end's time: for the gauge of the rate limit. */
export const sentAt = signal<readonly number[]>([]);

export const isPending = ({ attempts }: Call): boolean => attempts.at(-1)?.status === undefined || attempts.at(-1)?.waitMs !== undefined;

let calls = 0;

type FetchLike = (url: string, init: RequestInit) => Promise<Response>;

/** The options of a client whose requests are recorded here. */
export function recorded(options: CloudClientOptions, now: () => number): CloudClientOptions {
  const send = (options.fetch ?? fetch) as FetchLike;
  /** Calls whose hook was called, and whose request comes next. */
  const announced: Signal<Call>[] = [];

  function change(call: Signal<Call>, last: Partial<Attempt>): void {
    const { attempts } = call.value;
    call.value = { ...call.value, attempts: [...attempts.slice(0, -1), { status: undefined, ...attempts.at(-1), ...last }] };
  }

  /** The call that an attempt continues: the latest of its kind that waits for this attempt. */
  const waiting = (operation: string, attempt: number) =>
    traffic.value.findLast(({ value }) => value.operation === operation && value.attempts.length === attempt - 1 && isPending(value));

  return {
    ...options,
    onRequest({ operation, method, url, headers, attempt }) {
      const again = attempt > 1 ? waiting(operation, attempt) : undefined;
      const call =
        again ?? signal<Call>({ id: (calls += 1), operation, method, url, startedAt: now(), headers, body: undefined, attempts: [] });
      if (again === undefined) traffic.value = [...traffic.value.slice(-MOST + 1), call];
      const { attempts } = call.value;
      const { waitMs: _, ...last } = attempts.at(-1) ?? { status: undefined };
      call.value = { ...call.value, attempts: [...attempts.slice(0, -1), ...(attempts.length > 0 ? [last] : []), { status: undefined }] };
      announced.push(call);
    },
    onRetry({ operation, attempt, status, fault, waitMs }) {
      const call = traffic.value.findLast(({ value }) => value.operation === operation && value.attempts.length === attempt);
      if (call !== undefined) change(call, { status: status ?? 0, ...(fault && { fault }), waitMs });
    },
    fetch: async (url: string, init: RequestInit) => {
      const index = announced.findIndex(({ value }) => value.url === url && value.method === (init.method ?? "GET"));
      const [call] = index < 0 ? [] : announced.splice(index, 1);
      const start = now();
      sentAt.value = [...sentAt.value.slice(-50), start];
      if (call !== undefined && typeof init.body === "string") call.value = { ...call.value, body: init.body };
      try {
        const response = await send(url, init);
        if (call !== undefined) {
          const headers = Object.fromEntries(response.headers);
          const requestId = headers["x-request-id"];
          change(call, { status: response.status, ms: now() - start, headers, ...(requestId !== undefined && { requestId }) });
          void response
            .clone()
            .text()
            .then(
              (text) => change(call, { response: text }),
              () => undefined,
            );
        }
        return response;
      } catch (error) {
        const fault = init.signal?.aborted ? "aborted" : "no response";
        if (call !== undefined) change(call, { status: 0, fault, ms: now() - start });
        throw error;
      }
    },
  };
}

export function clearTraffic(): void {
  traffic.value = traffic.value.filter(({ value }) => isPending(value));
}
