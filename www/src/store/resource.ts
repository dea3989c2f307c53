// Data read from the API. It keeps the last data while it loads again and when a read fails, and polls while it is shown.
import { type Signal, signal } from "@preact/signals";
import type { CloudClient } from "clickhouse-cloud";
import { useEffect } from "preact/hooks";
import { backend, cloud } from "./cloud.ts";
import { type Failure, failureOf } from "./failure.ts";

export interface Read<T> {
  /** Undefined: never loaded. An empty list was loaded. */
  readonly data: T | undefined;
  /** Why the latest reads fail; it stays until one succeeds. */
  readonly failure: Failure | undefined;
  readonly loading: boolean;
  /** When the data was read, in the browser's time. */
  readonly loadedAt: number | undefined;
}

export interface Resource<T> {
  readonly read: Signal<Read<T>>;
  /** Reads anew, after a read in progress. It never rejects: a failure is in `read`. */
  refresh(): Promise<void>;
  /** Changes the data by a response that is at hand. */
  update(change: (data: T | undefined) => T | undefined): void;
  /** Begins to poll; the result ends it. */
  watch(): () => void;
}

export interface ResourceOptions {
  /** The pause between two reads, in real milliseconds. */
  readonly everyMs?: number;
}

const EVERY_MS = { sandbox: 2000, api: 10_000 };
/** One failure may pass by itself: a poll that fails is shown from the second time on. */
const PATIENT_FAILURES = 1;

export function resource<T>(load: (cloud: CloudClient) => Promise<T>, options: ResourceOptions = {}): Resource<T> {
  const read = signal<Read<T>>({ data: undefined, failure: undefined, loading: false, loadedAt: undefined });
  let reading: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  let changes = 0;
  let failures = 0;
  let watchers = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function once(): Promise<void> {
    read.value = { ...read.value, loading: true };
    const before = changes;
    try {
      const data = await load(await cloud);
      failures = 0;
      // A change that was made meanwhile is newer than this response.
      const newer = changes !== before;
      read.value = { data: newer ? read.value.data : data, failure: undefined, loading: false, loadedAt: Date.now() };
    } catch (error) {
      failures += 1;
      const shown = failures > PATIENT_FAILURES || read.value.data === undefined;
      read.value = { ...read.value, loading: false, ...(shown && { failure: failureOf(error) }) };
    }
  }

  const begin = () => {
    reading ??= once().finally(() => {
      reading = undefined;
    });
    return reading;
  };
  // A read in progress may have begun before the change that the caller wants to see.
  const refresh = () => {
    next ??= (reading ?? Promise.resolve()).then(() => {
      next = undefined;
      return begin();
    });
    return next;
  };

  async function poll(): Promise<void> {
    timer = undefined;
    // While the sandbox's time stands still, reads would only use up the rate limit.
    const stopped = (await backend).sandbox?.clock.value.paused === true && read.value.data !== undefined;
    if (!document.hidden && !stopped) await begin();
    const everyMs = options.everyMs ?? EVERY_MS[(await backend).kind];
    if (watchers > 0 && timer === undefined) timer = setTimeout(poll, everyMs);
  }

  return {
    read,
    refresh,
    update(change) {
      changes += 1;
      read.value = { ...read.value, data: change(read.value.data) };
    },
    watch() {
      watchers += 1;
      if (watchers === 1 && timer === undefined) void poll();
      return () => {
        watchers -= 1;
        if (watchers > 0) return;
        clearTimeout(timer);
        timer = undefined;
      };
    },
  };
}

/** Resources by the ids in their key, made when first asked for. */
export function resources<T>(load: (cloud: CloudClient, ...ids: string[]) => Promise<T>, options?: ResourceOptions) {
  const made = new Map<string, Resource<T>>();
  return (...ids: string[]): Resource<T> => {
    const key = ids.join("/");
    const found = made.get(key) ?? resource((cloud) => load(cloud, ...ids), options);
    made.set(key, found);
    return found;
  };
}

/** The data of a resource, which polls while the component is shown. */
export function useResource<T>(source: Resource<T>): Read<T> {
  useEffect(() => source.watch(), [source]);
  return source.read.value;
}
