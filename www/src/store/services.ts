// The services of the organization, and the changes of one that take time.
import { computed, signal } from "@preact/signals";
import type { Service } from "clickhouse-cloud";
import { announce } from "./announce.ts";
import { cloud, PATIENCE_MS } from "./cloud.ts";
import { firstLook, remember } from "./first-look.ts";
import { mutate, resumer } from "./mutations.ts";
import { resource } from "./resource.ts";

export const services = resource(async (client) => {
  const listed: Service[] = await client.services.list();
  tell(services.read.value.data, listed);
  void remember(listed);
  return listed;
});

/** Services by their ids. */
const byId = computed(() => new Map((services.read.value.data ?? firstLook.value ?? []).map((service) => [service.id, service])));
export const serviceOf = (id: string): Service | undefined => byId.value.get(id);

/** Passwords that the service has shown once, by the service's id, until the visitor says that they are stored. */
export const shownPasswords = signal<ReadonlyMap<string, string>>(new Map());
export function showPassword(id: string, password: string): void {
  shownPasswords.value = new Map(shownPasswords.value).set(id, password);
}
export function forgetPassword(id: string): void {
  const left = new Map(shownPasswords.value);
  left.delete(id);
  shownPasswords.value = left;
}

function tell(before: readonly Service[] | undefined, after: readonly Service[]): void {
  if (before === undefined) return;
  const states = new Map(before.map(({ id, state }) => [id, state]));
  for (const { id, name, state } of after) {
    if (states.has(id) && states.get(id) !== state) announce(`${name} is ${state}`);
  }
  const left = new Set(after.map(({ id }) => id));
  for (const { id, name } of before) if (!left.has(id)) announce(`${name} is gone`);
}

/** Takes a service from a response that is at hand. */
export function putService(service: Service): void {
  services.update((list) => {
    if (list === undefined) return undefined;
    tell(list, [...list.filter(({ id }) => id !== service.id), service]);
    return list.some(({ id }) => id === service.id) ? list.map((each) => (each.id === service.id ? service : each)) : [...list, service];
  });
}

const dropService = (id: string) => services.update((list) => list?.filter((each) => each.id !== id));

/** The key of what changes a service's state; one at a time. */
export const lifeKey = (id: string): string => `services/${id}/life`;

const nameOf = (id: string): string => serviceOf(id)?.name ?? "the service";

const waiting = (id: string, report: (progress: string) => void, signal: AbortSignal) => ({
  signal,
  timeoutMs: PATIENCE_MS,
  onProgress: ({ state }: { state?: string | undefined }) => {
    if (state === undefined) return;
    report(state);
    const service = serviceOf(id);
    if (service !== undefined && service.state !== state) putService({ ...service, state } as Service);
  },
});

export const startService = (id: string, name: string = nameOf(id)) =>
  mutate({
    key: lifeKey(id),
    label: `Start ${name}`,
    done: `${name} runs`,
    resume: { by: "services.start", with: [id, name] },
    run: async (report, signal) =>
      putService(await (await cloud).services.ensureRunning(id, { start: true, ...waiting(id, report, signal) })),
  });

export const wakeService = (id: string, name: string = nameOf(id)) =>
  mutate({
    key: lifeKey(id),
    label: `Wake ${name}`,
    done: `${name} runs`,
    resume: { by: "services.start", with: [id, name] },
    run: async (report, signal) => putService(await (await cloud).services.ensureRunning(id, waiting(id, report, signal))),
  });

export const stopService = (id: string, name: string = nameOf(id)) =>
  mutate({
    key: lifeKey(id),
    label: `Stop ${name}`,
    done: `${name} is stopped`,
    resume: { by: "services.stop", with: [id, name] },
    async run(report, signal) {
      const client = await cloud;
      if (serviceOf(id)?.state !== "stopping") putService(await client.services.stop(id, { signal }));
      putService(await client.services.waitFor(id, "stopped", waiting(id, report, signal)));
    },
  });

/** Stops a service where it runs, deletes it, and waits until it is gone. */
export const removeService = (id: string, name: string = nameOf(id)) =>
  mutate({
    key: lifeKey(id),
    label: `Delete ${name}`,
    done: `${name} is deleted`,
    resume: { by: "services.remove", with: [id, name] },
    async run(report, signal) {
      await (await cloud).services.stopAndDelete(id, waiting(id, report, signal));
      forgetPassword(id);
      dropService(id);
    },
  });

resumer("services.start", startService);
resumer("services.stop", stopService);
resumer("services.remove", removeService);
