// Has the sandbox, in a worker that all tabs of the page share, and stores it in the browser's database. Where tabs cannot share
// a worker, only one of them stores its sandbox: a lock sees to it.
import { Sandbox, type SandboxSnapshot } from "clickhouse-cloud/sandbox";
import { get, set } from "idb-keyval";
import { SANDBOX } from "./defaults.ts";
import type { ControlName, Controls, FromWorker, ToWorker, WireRequest } from "./protocol.ts";

const STORE = "sandbox";
/** Where a state is put that cannot be read, so that nothing is lost. */
const DAMAGED = "sandbox.damaged";
/** How long a worker waits for one that ends, such as that of the same tab before a reload. */
const LOCK_MS = 1000;

const ports = new Set<MessagePort | DedicatedWorkerGlobalScope>();
let notice: string | undefined;
/** Whether this worker stores its sandbox. */
let stores = true;
let sandbox = new Sandbox(SANDBOX);
const ready = restore();

/** Takes the right to store, for as long as this worker lives. Without a secure context there are no locks. */
async function takeStore(): Promise<boolean> {
  if (!("locks" in navigator)) return true;
  return new Promise((resolve) => {
    const hold = () => {
      resolve(true);
      return new Promise<never>(() => undefined);
    };
    navigator.locks.request("clickhouse-cloud.sandbox", { signal: AbortSignal.timeout(LOCK_MS) }, hold).catch(() => resolve(false));
  });
}

/** Continues the state of the last visit. */
async function restore(): Promise<void> {
  stores = await takeStore();
  if (!stores) {
    notice = "The sandbox is open in another tab. This tab has one of its own, which is not stored.";
    return;
  }
  try {
    const stored: SandboxSnapshot | undefined = await get(STORE);
    if (stored === undefined) return;
    try {
      sandbox.restore(stored);
    } catch {
      await set(DAMAGED, stored);
      notice = "The stored sandbox could not be read. It was put aside, and a new one begins.";
    }
  } catch {
    notice = "This browser stores nothing: the sandbox ends with the page.";
  }
}

/** Stores the state. The response to a change leaves afterwards, so that a reload loses none. */
async function save(): Promise<void> {
  if (!stores) return;
  try {
    await set(STORE, sandbox.snapshot());
  } catch {
    // The visitor was told at the start that nothing can be stored.
  }
}

const time = () => ({ now: sandbox.clientOptions.clock.now(), speed: sandbox.timeScale });

function tell(message: FromWorker): void {
  for (const port of ports) port.postMessage(message);
}

const controls: Controls = {
  setSpeed(speed) {
    sandbox.timeScale = speed;
  },
  skip: (ms) => sandbox.advance(ms),
  faults: () => Sandbox.faults().map((fault) => ({ ...fault, probability: sandbox.probabilities[fault.name] ?? 0 })),
  setProbability(fault, probability) {
    sandbox.probabilities = { ...sandbox.probabilities, [fault]: probability };
  },
  inject: (injection) => sandbox.inject(injection),
  reset(name) {
    const { timeScale } = sandbox;
    sandbox = new Sandbox({ ...SANDBOX, scenario: name });
    sandbox.timeScale = timeScale;
  },
  verifyPassword: (serviceId, password) => sandbox.verifyPassword(serviceId, password),
};

const control = (name: ControlName, args: readonly unknown[]): unknown =>
  (controls[name] as (...args: readonly unknown[]) => unknown)(...args);

const inProgress = new Map<string, AbortController>();

async function carryOut({ url, method, headers, body }: WireRequest, signal: AbortSignal) {
  const response = await sandbox.fetch(url, {
    method,
    headers: headers as [string, string][],
    signal,
    ...(body !== undefined && { body }),
  });
  return { status: response.status, headers: [...response.headers], body: await response.arrayBuffer() };
}

let tabs = 0;

function connect(port: MessagePort | DedicatedWorkerGlobalScope): void {
  tabs += 1;
  const tab = tabs;
  ports.add(port);
  port.onmessage = async ({ data }: MessageEvent<ToWorker>) => {
    await ready;
    const call = `${tab}/${data.id}`;
    try {
      if (data.type === "abort") {
        inProgress.get(call)?.abort();
      } else if (data.type === "control") {
        const value = control(data.name, data.args);
        if (data.name === "reset") await save();
        tell(data.name === "reset" ? { type: "restarted" } : { type: "time", time: time() });
        port.postMessage({ type: "result", id: data.id, value } satisfies FromWorker);
      } else {
        const controller = new AbortController();
        inProgress.set(call, controller);
        const response = await carryOut(data.request, controller.signal).finally(() => inProgress.delete(call));
        if (data.request.method !== "GET") await save();
        port.postMessage({ type: "response", id: data.id, response } satisfies FromWorker, [response.body]);
      }
    } catch (error) {
      if (data.type === "fetch" && data.request.method !== "GET") await save();
      port.postMessage({
        type: "failure",
        id: data.id,
        message: error instanceof Error ? error.message : String(error),
      } satisfies FromWorker);
    }
  };
  const { fetch: _, clock: __, ...options } = sandbox.clientOptions;
  void ready.then(() => port.postMessage({ type: "ready", options, time: time(), notice } satisfies FromWorker));
}

if ("onconnect" in globalThis) {
  (globalThis as unknown as SharedWorkerGlobalScope).onconnect = ({ ports: [port] }) => {
    if (port !== undefined) connect(port);
  };
} else {
  connect(globalThis as unknown as DedicatedWorkerGlobalScope);
}

// Services change by themselves as time passes.
setInterval(() => void save(), 10_000);
