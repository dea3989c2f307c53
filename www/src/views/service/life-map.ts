// The states of a service as a map: where each is drawn, and which ways lead from one to the next. The words are the contract's.

export interface Place {
  readonly column: number;
  readonly row: number;
}

export const places: Readonly<Record<string, Place>> = {
  provisioning: { column: 0, row: 1 },
  running: { column: 1, row: 1 },
  starting: { column: 2, row: 0 },
  stopping: { column: 2, row: 1 },
  stopped: { column: 3, row: 1 },
  awaking: { column: 1, row: 2 },
  idle: { column: 2, row: 2 },
  terminating: { column: 4, row: 1 },
  terminated: { column: 4, row: 2 },
};

export const ways: readonly (readonly [string, string])[] = [
  ["provisioning", "running"],
  ["running", "stopping"],
  ["stopping", "stopped"],
  ["stopped", "starting"],
  ["starting", "running"],
  ["running", "idle"],
  ["idle", "awaking"],
  ["awaking", "running"],
  ["idle", "stopping"],
  ["stopped", "terminating"],
  ["terminating", "terminated"],
];

/** States of the contract that stand on the map at the place of another. */
const others: Readonly<Record<string, string>> = {
  softdeleting: "terminating",
  softdeleted: "terminated",
  partially_running: "running",
  degraded: "running",
  failed: "stopped",
};

export const placeOf = (state: string): string | undefined => (state in places ? state : others[state]);

/** What a state on the way leads to; a state that rests leads nowhere by itself. */
const ends: Readonly<Record<string, string>> = {
  provisioning: "running",
  starting: "running",
  awaking: "running",
  stopping: "stopped",
  terminating: "terminated",
};

/** What each resumable change of the store leads to. */
const goals: Readonly<Record<string, string>> = {
  "services.start": "running",
  "services.stop": "stopped",
  "services.remove": "terminated",
};

export const goalOf = (place: string, change: string | undefined): string | undefined =>
  (change === undefined ? undefined : goals[change]) ?? ends[place];

/** The shortest way between two states, both included; none: only the state itself. */
export function wayTo(from: string, goal: string | undefined): readonly string[] {
  const found = new Map<string, readonly string[]>([[from, [from]]]);
  for (const [state, way] of found) {
    if (state === goal) return way;
    for (const [start, end] of ways) if (start === state && !found.has(end)) found.set(end, [...way, end]);
  }
  return [from];
}
