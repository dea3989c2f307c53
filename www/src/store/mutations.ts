// Changes that the visitor has asked for. Each belongs to a key such as `services/ID/password`, not to a view: at most one of a key
// is in progress, and its outcome survives navigation and, in the session's storage, a reload.
import { type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { announce } from "./announce.ts";
import { type Failure, failureOf } from "./failure.ts";

export interface Mutation {
  readonly key: string;
  /** Words for people: "Delete events". */
  readonly label: string;
  /** `unknown`: it may have happened, but no response says so. */
  readonly status: "running" | "done" | "failed" | "unknown";
  /** How far it is: "stopping", "3 of 5". */
  readonly progress?: string;
  readonly failure?: Failure;
  /** Continues it after a reload. */
  readonly resume?: Resume;
}

export interface Resume {
  readonly by: string;
  readonly with: readonly string[];
}

export interface Work<T> {
  readonly key: string;
  readonly label: string;
  readonly run: (report: (progress: string) => void, signal: AbortSignal) => Promise<T>;
  readonly resume?: Resume;
  /** Announced to screen readers, and shown, when it has succeeded. */
  readonly done?: string;
}

const STORE = "clickhouse-cloud.mutations";
const DONE_FOR_MS = 6000;
const all = new Map<string, Signal<Mutation | undefined>>();
const running = new Map<string, AbortController>();
const resumers = new Map<string, (...args: string[]) => void>();
/** The keys that have a mutation, for lists of them. */
export const mutations = signal<readonly Mutation[]>([]);
/** The one that was done last, for a while. */
export const latestDone = signal<Mutation | undefined>(undefined);

function cell(key: string): Signal<Mutation | undefined> {
  const found = all.get(key) ?? signal<Mutation | undefined>(undefined);
  all.set(key, found);
  return found;
}

function set(key: string, mutation: Mutation | undefined): void {
  cell(key).value = mutation;
  mutations.value = [...all.values()].map((each) => each.value).filter((each) => each !== undefined);
  sessionStorage.setItem(STORE, JSON.stringify(mutations.value.filter(({ status }) => status !== "done")));
}

/** The latest mutation of a key, until it is dismissed. */
export const mutation = (key: string): ReadonlySignal<Mutation | undefined> => cell(key);

export const isRunning = (key: string): boolean => cell(key).value?.status === "running";

/**
 * Makes a change, unless one of the same key is in progress.
 *
 * @returns the result; undefined if it failed, was aborted or was not begun: the outcome is in `mutation(key)`
 */
export async function mutate<T>({ key, label, run, resume, done }: Work<T>): Promise<T | undefined> {
  if (isRunning(key)) return undefined;
  const controller = new AbortController();
  running.set(key, controller);
  const state = { key, label, ...(resume && { resume }) };
  set(key, { ...state, status: "running" });
  try {
    const result = await run((progress) => set(key, { ...state, status: "running", progress }), controller.signal);
    const mutation: Mutation = { ...state, status: "done" };
    set(key, mutation);
    latestDone.value = mutation;
    announce(done ?? `${label}: done`);
    setTimeout(() => {
      if (cell(key).value === mutation) set(key, undefined);
      if (latestDone.value === mutation) latestDone.value = undefined;
    }, DONE_FOR_MS);
    return result;
  } catch (error) {
    if (controller.signal.aborted) {
      set(key, undefined);
      return undefined;
    }
    const failure = failureOf(error);
    set(key, { ...state, status: failure.ambiguous ? "unknown" : "failed", failure });
    announce(`${label}: ${failure.ambiguous ? "it may have happened" : "it failed"}. ${failure.title}`);
    return undefined;
  } finally {
    running.delete(key);
  }
}

export function dismiss(key: string): void {
  if (!isRunning(key)) set(key, undefined);
}

/** Ends what is in progress: the client sends nothing more. */
export function abort(key: string): void {
  running.get(key)?.abort();
}

/** Names a function that continues a mutation after a reload. */
export function resumer(name: string, run: (...args: string[]) => void): void {
  resumers.set(name, run);
}

const interrupted: Failure = {
  title: "The page was reloaded before the response came.",
  text: "Look whether the change was made before you try again.",
  issues: [],
  ambiguous: true,
};

/** Takes up the mutations of before a reload; call it once, when all resumers have their names. */
export function restoreMutations(): void {
  let stored: Mutation[] = [];
  try {
    stored = JSON.parse(sessionStorage.getItem(STORE) ?? "[]");
  } catch {
    // Another version of the page wrote it.
  }
  for (const each of stored) {
    const run = each.resume === undefined ? undefined : resumers.get(each.resume.by);
    if (each.status === "running" && each.resume !== undefined && run !== undefined) run(...each.resume.with);
    else if (each.status === "running") set(each.key, { ...each, status: "unknown", failure: interrupted });
    else set(each.key, each);
  }
}
