// One service: its changes beside those of its life, the drafts of its forms, and its backups. All of it survives navigation.
import type {
  CloudClient,
  IpAccessListEntry,
  Provider,
  Service,
  Tag,
  UpdateServiceBody,
  UpdateServicePasswordBody,
} from "clickhouse-cloud";
import { cloud, PATIENCE_MS } from "./cloud.ts";
import { type Draft, draft, type ListDraft, listDraft } from "./drafts.ts";
import { failureOf } from "./failure.ts";
import { dismiss, mutate } from "./mutations.ts";
import { resources } from "./resource.ts";
import { forgetPassword, putService, shownPasswords, showPassword } from "./services.ts";

export const passwordKey = (id: string): string => `services/${id}/password`;
export const accessKey = (id: string): string => `services/${id}/access`;
export const scalingKey = (id: string): string => `services/${id}/scaling`;
export const settingsKey = (id: string): string => `services/${id}/settings`;
export const restoreKey = (id: string): string => `services/${id}/restore`;

export const backups = resources((client, id) => client.backups.list(id));
export const backupConfiguration = resources((client, id) => client.backups.configuration.get(id), { everyMs: 60_000 });

const ASLEEP = 424;

/** Sends a change; wakes a service that must run for it. */
async function awake<T>(
  id: string,
  report: (progress: string) => void,
  signal: AbortSignal,
  send: (client: CloudClient) => Promise<T>,
): Promise<T> {
  const client = await cloud;
  try {
    return await send(client);
  } catch (error) {
    if (failureOf(error).status !== ASLEEP) throw error;
    report("awaking");
    putService(await client.services.ensureRunning(id, { signal, timeoutMs: PATIENCE_MS }));
    return send(client);
  }
}

const update = (key: string, label: string, id: string, body: UpdateServiceBody, made: () => void) =>
  mutate({
    key,
    label,
    async run(report, signal) {
      putService(await awake(id, report, signal, (client) => client.services.update(id, body, { signal })));
      made();
    },
  });

/** A draft for each service, rebased on what is known of it. */
function drafts<D>(make: (service: Service) => D): (service: Service) => D {
  const made = new Map<string, D>();
  return (service) => {
    const found = made.get(service.id) ?? make(service);
    made.set(service.id, found);
    return found;
  };
}

export type SettingsValues = { name: string; releaseChannel: string; enableCoreDumps: boolean; mysql: boolean };

export const settingsOf = ({ name, releaseChannel = "", enableCoreDumps = false, endpoints = [] }: Service): SettingsValues => ({
  name,
  releaseChannel,
  enableCoreDumps,
  mysql: endpoints.some(({ protocol }) => protocol === "mysql"),
});

export const settingsDraft: (service: Service) => Draft<SettingsValues> = drafts((service) => draft(settingsOf(service)));
export const tagsDraft: (service: Service) => ListDraft<Tag> = drafts(({ tags = [] }) =>
  listDraft(tags, ({ key, value = "" }) => `${key}=${value}`),
);
export const accessDraft: (service: Service) => ListDraft<IpAccessListEntry> = drafts(({ ipAccessList = [] }) =>
  listDraft(ipAccessList, ({ source }) => source),
);

/** The body of what was changed in the settings. */
export function settingsBody(service: Service): UpdateServiceBody {
  const { mysql, ...fields } = settingsDraft(service).changes();
  const tags = tagsDraft(service);
  return {
    ...fields,
    ...(mysql !== undefined && { endpoints: [{ protocol: "mysql", enabled: mysql }] }),
    ...(tags.isChanged.value && { tags: tags.changes() }),
  };
}

export function saveSettings(service: Service) {
  const body = settingsBody(service);
  const fields = settingsDraft(service);
  const sent = fields.changes();
  return update(settingsKey(service.id), `Save the settings of ${service.name}`, service.id, body, () => {
    fields.settle(sent);
    tagsDraft(service).settle(body.tags ?? {});
  });
}

export function saveAccess(service: Service) {
  const list = accessDraft(service);
  const sent = list.changes();
  return update(accessKey(service.id), `Save the access list of ${service.name}`, service.id, { ipAccessList: sent }, () =>
    list.settle(sent),
  );
}

export type ScalingValues = {
  minReplicaMemoryGb: number | undefined;
  maxReplicaMemoryGb: number | undefined;
  numReplicas: number | undefined;
  minReplicas: number | undefined;
  maxReplicas: number | undefined;
  idleScaling: boolean;
  idleTimeoutMinutes: number | undefined;
};

export const scalingOf = (service: Service): ScalingValues => ({
  minReplicaMemoryGb: service.minReplicaMemoryGb ?? service.replicaMemoryGb,
  maxReplicaMemoryGb: service.maxReplicaMemoryGb ?? service.replicaMemoryGb,
  numReplicas: service.numReplicas,
  minReplicas: service.minReplicas,
  maxReplicas: service.maxReplicas,
  idleScaling: service.idleScaling ?? false,
  idleTimeoutMinutes: service.idleTimeoutMinutes,
});

export const scalingDraft: (service: Service) => Draft<ScalingValues> = drafts((service) => draft(scalingOf(service)));

/** The body of what was changed in the scaling. The limits of replicas go together. */
export function scalingBody(service: Service): Partial<ScalingValues> {
  const { values, changes } = scalingDraft(service);
  const changed = changes();
  const { minReplicas, maxReplicas } = values.value;
  return { ...changed, ...(("minReplicas" in changed || "maxReplicas" in changed) && { minReplicas, maxReplicas }) };
}

export function saveScaling(service: Service) {
  const { id, name } = service;
  const fields = scalingDraft(service);
  const sent = fields.changes();
  const body = scalingBody(service);
  return mutate({
    key: scalingKey(id),
    label: `Scale ${name}`,
    async run(report, signal) {
      putService(await awake(id, report, signal, (client) => client.services.updateReplicaScaling(id, body, { signal })));
      fields.settle(sent);
    },
  });
}

/** A password that is shown may end at any moment from here on: it is shown again only if it surely still holds. */
async function replacing<T>(id: string, send: () => Promise<T>): Promise<T> {
  const before = shownPasswords.value.get(id);
  forgetPassword(id);
  try {
    return await send();
  } catch (error) {
    if (before !== undefined && !failureOf(error).ambiguous) showPassword(id, before);
    throw error;
  }
}

/** The service makes a password, which is shown once. */
export const resetPassword = ({ id, name }: Service) =>
  mutate({
    key: passwordKey(id),
    label: `Reset the password of ${name}`,
    done: `${name} has a new password`,
    run: (report, signal) =>
      replacing(id, async () => {
        const { password } = await awake(id, report, signal, (client) => client.services.resetPassword(id, { signal }));
        showPassword(id, password);
      }),
  });

/** Sets a password by its hashes; the password itself stays in the page. */
export const setPassword = ({ id, name }: Service, password: string, hashes: UpdateServicePasswordBody) =>
  mutate({
    key: passwordKey(id),
    label: `Set the password of ${name}`,
    done: `${name} has a new password`,
    run: (report, signal) =>
      replacing(id, async () => {
        await awake(id, report, signal, (client) => client.services.updatePassword(id, hashes, { signal }));
        showPassword(id, password);
        return true;
      }),
  });

/** Creates a service from a backup, in the place of the backup, with the access list of its service. */
export function restore({ id, provider, region, ipAccessList = [] }: Service, backupId: string, name: string) {
  dismiss(restoreKey(id));
  return mutate({
    key: restoreKey(id),
    label: `Restore a backup into ${name}`,
    done: `${name} is being created`,
    async run(_, signal) {
      const { service, password } = await (await cloud).services.create(
        // A service without a provider is refused by the client.
        { name, provider: provider as Provider, region, backupId, ipAccessList },
        { signal },
      );
      showPassword(service.id, password);
      putService(service);
      return service;
    },
  });
}
