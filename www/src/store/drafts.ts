// The values of a form, rebased on the server's state: untouched fields follow the server, touched ones that the server has
// changed meanwhile are conflicts, and only what was changed is sent.
import { computed, type ReadonlySignal, signal } from "@preact/signals";

type Values = Record<string, unknown>;

export interface Draft<T extends Values> {
  /** What the form shows. */
  readonly values: ReadonlySignal<T>;
  /** The fields that the visitor has changed and the server, too, to another value. */
  readonly conflicts: ReadonlySignal<readonly (keyof T)[]>;
  readonly isChanged: ReadonlySignal<boolean>;
  set<K extends keyof T>(field: K, value: T[K]): void;
  /** A new state of the server. */
  rebase(base: T): void;
  /** Keeps the visitor's value against the server's. */
  keep(field: keyof T): void;
  /** Takes the server's value. */
  take(field: keyof T): void;
  /** What the server has for a field. */
  server<K extends keyof T>(field: K): T[K];
  /** The changed fields alone. */
  changes(): Partial<T>;
  /** These changes are made; what was changed again meanwhile stays a change. */
  settle(sent: Partial<T>): void;
  reset(): void;
}

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

export function draft<T extends Values>(first: T): Draft<T> {
  const base = signal(first);
  const mine = signal<Partial<T>>({});
  /** The server's value when the visitor began to change the field. */
  const origins = signal<Partial<T>>({});

  const values = computed(() => ({ ...base.value, ...mine.value }));
  const changed = computed(() => (Object.keys(mine.value) as (keyof T)[]).filter((name) => !same(mine.value[name], base.value[name])));
  const conflicts = computed(() => changed.value.filter((name) => !same(origins.value[name], base.value[name])));
  const without = (object: Partial<T>, field: keyof T) => {
    const { [field]: _, ...rest } = object;
    return rest as Partial<T>;
  };
  const take = (field: keyof T) => {
    mine.value = without(mine.value, field);
    origins.value = without(origins.value, field);
  };

  return {
    values,
    conflicts,
    isChanged: computed(() => changed.value.length > 0),
    set(field, value) {
      if (!(field in mine.value)) origins.value = { ...origins.value, [field]: base.value[field] };
      mine.value = { ...mine.value, [field]: value };
    },
    rebase(next) {
      if (!same(next, base.value)) base.value = next;
    },
    keep(field) {
      origins.value = { ...origins.value, [field]: base.value[field] };
    },
    take,
    server: (field) => base.value[field],
    changes: () => Object.fromEntries(changed.value.map((name) => [name, mine.value[name]])) as Partial<T>,
    settle(sent) {
      for (const field of Object.keys(sent)) if (same(mine.value[field], sent[field])) take(field);
    },
    reset() {
      mine.value = {};
      origins.value = {};
    },
  };
}

export interface ListDraft<E> {
  /** The server's entries, those to be removed marked, then the added ones. */
  readonly entries: ReadonlySignal<readonly { entry: E; state: "same" | "added" | "removed" }[]>;
  readonly isChanged: ReadonlySignal<boolean>;
  add(entry: E): void;
  /** Removes an entry of the server, or an added one. */
  remove(entry: E): void;
  undo(entry: E): void;
  rebase(base: readonly E[]): void;
  /** For the API's `{ add, remove }`: entries that others have added or removed meanwhile are not touched. */
  changes(): { add?: E[]; remove?: E[] };
  /** These changes are made; later ones stay. */
  settle(sent: { add?: readonly E[]; remove?: readonly E[] }): void;
  reset(): void;
}

/** A list that is changed by additions and removals, such as an access list. */
export function listDraft<E>(first: readonly E[], keyOf: (entry: E) => string): ListDraft<E> {
  const base = signal(first);
  const added = signal<readonly E[]>([]);
  const removed = signal<readonly string[]>([]);
  const has = (list: readonly E[], entry: E) => list.some((each) => keyOf(each) === keyOf(entry));
  const additions = computed(() => added.value.filter((entry) => !has(base.value, entry)));
  const removals = computed(() => base.value.filter((entry) => removed.value.includes(keyOf(entry))));

  return {
    entries: computed(() => [
      ...base.value.map((entry) => ({ entry, state: removed.value.includes(keyOf(entry)) ? ("removed" as const) : ("same" as const) })),
      ...additions.value.map((entry) => ({ entry, state: "added" as const })),
    ]),
    isChanged: computed(() => additions.value.length + removals.value.length > 0),
    add(entry) {
      removed.value = removed.value.filter((key) => key !== keyOf(entry));
      if (!has(added.value, entry)) added.value = [...added.value, entry];
    },
    remove(entry) {
      if (has(base.value, entry)) removed.value = [...removed.value, keyOf(entry)];
      added.value = added.value.filter((each) => keyOf(each) !== keyOf(entry));
    },
    undo(entry) {
      removed.value = removed.value.filter((key) => key !== keyOf(entry));
      added.value = added.value.filter((each) => keyOf(each) !== keyOf(entry));
    },
    rebase(next) {
      if (JSON.stringify(next) !== JSON.stringify(base.value)) base.value = next;
    },
    changes: () => ({
      ...(additions.value.length > 0 && { add: [...additions.value] }),
      ...(removals.value.length > 0 && { remove: [...removals.value] }),
    }),
    settle({ add = [], remove = [] }) {
      added.value = added.value.filter((entry) => !has(add, entry));
      removed.value = removed.value.filter((key) => !remove.some((entry) => keyOf(entry) === key));
    },
    reset() {
      added.value = [];
      removed.value = [];
    },
  };
}
