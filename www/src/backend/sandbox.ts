// The sandbox in a worker that all tabs share; without SharedWorker, in a worker of this tab.
import { computed } from "@preact/signals";
import { VirtualClock } from "./clock.ts";
import type { ControlName, Controls, Credentials, FromWorker, ToWorker, WireResponse } from "./protocol.ts";
import type { Backend, SandboxControl } from "./types.ts";

/** The speed after a pause. */
const STORE = "clickhouse-cloud.speed";
const SYNC_MS = 30_000;

type Port = Pick<MessagePort, "postMessage"> & { onmessage: ((event: MessageEvent<FromWorker>) => void) | null };

interface Waiting {
  resolve(value: never): void;
  reject(error: Error): void;
}

class Link {
  readonly clock = new VirtualClock();
  readonly #port: Port;
  readonly #waiting = new Map<number, Waiting>();
  #ids = 0;

  constructor(port: Port, ready: (options: Credentials, notice: string | undefined) => void) {
    this.#port = port;
    port.onmessage = ({ data }) => {
      if (data.type === "ready") {
        this.clock.set(data.time);
        ready(data.options, data.notice);
      } else if (data.type === "time") this.clock.set(data.time);
      // Nothing of this tab fits the other sandbox: neither its data, nor what waits for a time of the one before.
      else if (data.type === "restarted") location.reload();
      else {
        const waiting = this.#waiting.get(data.id);
        this.#waiting.delete(data.id);
        if (data.type === "failure") waiting?.reject(new TypeError(data.message));
        else waiting?.resolve((data.type === "response" ? data.response : data.value) as never);
      }
    };
  }

  #send<T>(message: (id: number) => ToWorker, signal?: AbortSignal | null): Promise<T> {
    this.#ids += 1;
    const id = this.#ids;
    let abort = () => {};
    return new Promise<T>((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      abort = () => {
        this.#waiting.delete(id);
        this.#port.postMessage({ type: "abort", id } satisfies ToWorker);
        reject(signal?.reason);
      };
      signal?.addEventListener("abort", abort, { once: true });
      this.#waiting.set(id, { resolve, reject });
      this.#port.postMessage(message(id));
    }).finally(() => signal?.removeEventListener("abort", abort));
  }

  readonly fetch = async (url: string, init: RequestInit): Promise<Response> => {
    const request = {
      url,
      method: init.method ?? "GET",
      headers: [...new Headers(init.headers)],
      body: typeof init.body === "string" ? init.body : undefined,
    };
    const { status, headers, body } = await this.#send<WireResponse>((id) => ({ type: "fetch", id, request }), init.signal);
    const empty = status === 204 || status === 304;
    return new Response(empty ? null : body, { status, headers: headers as [string, string][] });
  };

  control<N extends ControlName>(name: N, ...args: Parameters<Controls[N]>): Promise<ReturnType<Controls[N]>> {
    return this.#send((id) => ({ type: "control", id, name, args }));
  }
}

/** Begins, or joins, the worker. */
function openPort(failed: () => void): Port {
  if (typeof SharedWorker === "function") {
    const worker = new SharedWorker(new URL("./worker.ts", import.meta.url), { type: "module", name: "sandbox" });
    worker.onerror = failed;
    return worker.port;
  }
  const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module", name: "sandbox" });
  worker.onerror = failed;
  return worker;
}

/** Stands for a sandbox whose files do not load: every request fails at once, and the visitor is told why. */
const unavailable: Backend = {
  kind: "sandbox",
  notice: "The sandbox could not be loaded. Reload the page to try again.",
  clientOptions: {
    baseUrl: location.origin,
    retryBudgetMs: 0,
    fetch: () => Promise.reject(new TypeError("the sandbox is not loaded")),
  },
};

export const openSandbox = (): Promise<Backend> =>
  new Promise((resolve) => {
    const port = openPort(() => resolve(unavailable));
    const link = new Link(port, (options, notice) => resolve(opened(link, options, notice)));
  });

function opened(link: Link, options: Credentials, notice: string | undefined): Backend {
  const { clock } = link;
  const call = link.control.bind(link);
  const setSpeed = (speed: number) => {
    if (speed > 0) sessionStorage.setItem(STORE, String(speed));
    return call("setSpeed", speed);
  };
  const sandbox: SandboxControl = {
    now: clock.now,
    clock: computed(() => ({ speed: clock.speed.value, paused: clock.speed.value === 0 })),
    setSpeed,
    pause: () => setSpeed(0),
    play: () => setSpeed(Number(sessionStorage.getItem(STORE)) || 30),
    skip: (ms) => call("skip", ms),
    faults: () => call("faults"),
    setProbability: (fault, probability) => call("setProbability", fault, probability),
    inject: (injection) => call("inject", injection),
    reset: (scenario = "busy-team") => call("reset", scenario),
    verifyPassword: (serviceId, password) => call("verifyPassword", serviceId, password),
  };
  // A tab's clock and the worker's drift apart when a tab sleeps.
  setInterval(() => void call("skip", 0), SYNC_MS);
  document.addEventListener("visibilitychange", () => void call("skip", 0));
  return {
    kind: "sandbox",
    notice,
    clientOptions: { ...options, fetch: link.fetch, clock },
    sandbox,
  };
}
