// The list of services before the first response: that of the last visit, or that of the sandbox at its start.
import { signal } from "@preact/signals";
import type { Service } from "clickhouse-cloud";
import { at, services as atBuild } from "virtual:first-look";
import { backend } from "./cloud.ts";

const STORE = "clickhouse-cloud.last-list";

interface Look {
  readonly kind: "sandbox" | "api";
  readonly services: readonly Service[];
}

function stored(): Look | undefined {
  try {
    return JSON.parse(localStorage.getItem(STORE) ?? "null") ?? undefined;
  } catch {
    return undefined;
  }
}

/** The times of the build, as if it were made now. */
function shifted(): readonly Service[] {
  const passed = Date.now() - at;
  return atBuild.map((service) =>
    service.createdAt === undefined ? service : { ...service, createdAt: new Date(Date.parse(service.createdAt) + passed).toISOString() },
  );
}

/** Undefined where the back end is another one than that of the last visit. */
export const firstLook = signal<readonly Service[] | undefined>(stored()?.services ?? shifted());

void backend.then(({ kind }) => {
  if ((stored()?.kind ?? "sandbox") !== kind) firstLook.value = undefined;
});

/** Remembers a list for the next visit. */
export async function remember(services: readonly Service[]): Promise<void> {
  const { kind } = await backend;
  try {
    // Enough for the first screen.
    localStorage.setItem(STORE, JSON.stringify({ kind, services: services.slice(0, 50) } satisfies Look));
  } catch {
    // The store is full, or not permitted: the next visit begins with a skeleton.
  }
}
