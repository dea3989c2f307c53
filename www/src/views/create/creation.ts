// The creation of a service. It belongs to the store: the view may be left, and a request whose outcome is unknown is looked into
// before another one is made.
import { signal } from "@preact/signals";
import type { CreateServiceBody, Service } from "clickhouse-cloud";
import type { Json } from "../../forms/model.ts";
import { cloud, now } from "../../store/cloud.ts";
import { dismiss, mutate, mutation } from "../../store/mutations.ts";
import { putService, services, showPassword } from "../../store/services.ts";

export const KEY = "services/new";

/** The values of the form. */
export const body = signal<Json>({});
/** The service that was created last, until its password is stored. */
export const created = signal<Service | undefined>(undefined);

const MINUTE_MS = 60_000;
/** Clocks differ: a service of shortly before may be the one. */
const CLOCKS_DIFFER_MS = 2 * MINUTE_MS;

export async function create(): Promise<void> {
  const { name } = body.value as { name: string };
  dismiss(KEY);
  const result = await mutate({
    key: KEY,
    label: `Create ${name}`,
    done: `${name} is being created`,
    // Nothing continues it after a reload: it says what to look for.
    resume: { by: KEY, with: [name, String(now())] },
    run: async () => (await cloud).services.create(body.value as unknown as CreateServiceBody),
  });
  if (result === undefined) return;
  showPassword(result.service.id, result.password);
  created.value = result.service;
  body.value = {};
  putService(result.service);
}

/** What a request of unknown outcome was to create, and when. */
export function sought(): { name: string; since: number } | undefined {
  const found = mutation(KEY).value;
  if (found?.status !== "unknown") return undefined;
  const [name, since] = found.resume?.with ?? [];
  return name === undefined ? undefined : { name, since: Number(since) };
}

/** A service that does not say when it was created may be the one. */
const bornAt = ({ createdAt }: Service): number => (createdAt === undefined ? Number.POSITIVE_INFINITY : Date.parse(createdAt));

/** Reads the list, and gives the services that may come of that request. */
export async function look({ name, since }: { name: string; since: number }): Promise<Service[]> {
  const listed: Service[] = await (await cloud).services.list();
  void services.refresh();
  return listed.filter((service) => service.name === name && bornAt(service) >= since - CLOCKS_DIFFER_MS);
}

/** The visitor has found the service, or knows that there is none. */
export function settle(service?: Service): void {
  dismiss(KEY);
  if (service === undefined) return;
  body.value = {};
}
