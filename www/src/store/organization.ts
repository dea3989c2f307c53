// The organization's keys, people, roles and activities.
import { signal } from "@preact/signals";
import type { ApiKey, CreateApiKeyResult, Invitation, Member, Role } from "clickhouse-cloud";
import { backend, cloud } from "./cloud.ts";
import { mutate } from "./mutations.ts";
import { resource } from "./resource.ts";

export const keys = resource<ApiKey[]>((client) => client.keys.list());
export const members = resource<Member[]>((client) => client.members.list());
export const invitations = resource<Invitation[]>((client) => client.invitations.list());
export const roles = resource<Role[]>((client) => client.roles.list(), { everyMs: 60_000 });
export const activities = resource((client) => client.activities.list());

/** The credentials of new keys, which are shown once, by the key's id. */
export const shownKeys = signal<ReadonlyMap<string, CreateApiKeyResult>>(new Map());
function showKey(created: CreateApiKeyResult): void {
  shownKeys.value = new Map(shownKeys.value).set(created.key.id, created);
}
export function forgetKey(id: string): void {
  const left = new Map(shownKeys.value);
  left.delete(id);
  shownKeys.value = left;
}

/** The id of the credentials of this page; undefined where a proxy has them. */
export const ownKeyId = signal<string | undefined>(undefined);
void backend.then(({ clientOptions }) => {
  ownKeyId.value = clientOptions.keyId;
});

export const newKey = "keys/new";
export const keyOf = (id: string): string => `keys/${id}`;

export const createKey = (body: { name: string; assignedRoleIds: string[]; expireAt?: string }) =>
  mutate({
    key: newKey,
    label: `Create the key ${body.name}`,
    async run(_, signal) {
      const created = await (await cloud).keys.create(body, { signal });
      showKey(created);
      await keys.refresh();
      return created;
    },
  });

export const rotateKey = ({ id, name = "" }: ApiKey) =>
  mutate({
    key: keyOf(id),
    label: `Rotate ${name}`,
    async run(_, signal) {
      await (await cloud).keys.rotate(id, { onCreated: showKey, signal });
      await keys.refresh();
    },
  });

export const setKeyState = ({ id, name = "" }: ApiKey, state: ApiKey["state"]) =>
  mutate({
    key: keyOf(id),
    label: `${state === "enabled" ? "Enable" : "Disable"} ${name}`,
    async run(_, signal) {
      const key = await (await cloud).keys.update(id, { state }, { signal });
      keys.update((list) => list?.map((each) => (each.id === id ? key : each)));
    },
  });

export const deleteKey = ({ id, name = "" }: ApiKey) =>
  mutate({
    key: keyOf(id),
    label: `Delete ${name}`,
    async run(_, signal) {
      await (await cloud).keys.delete(id, { signal });
      forgetKey(id);
      keys.update((list) => list?.filter((each) => each.id !== id));
    },
  });

export const memberOf = (id: string): string => `members/${id}`;

export const setMemberRoles = ({ userId, name = "" }: Member, assignedRoleIds: string[]) =>
  mutate({
    key: memberOf(userId),
    label: `Change the role of ${name}`,
    async run(_, signal) {
      const member = await (await cloud).members.update(userId, { assignedRoleIds }, { signal });
      members.update((list) => list?.map((each) => (each.userId === userId ? member : each)));
    },
  });

export const removeMember = ({ userId, name = "" }: Member) =>
  mutate({
    key: memberOf(userId),
    label: `Remove ${name}`,
    async run(_, signal) {
      await (await cloud).members.delete(userId, { signal });
      members.update((list) => list?.filter((each) => each.userId !== userId));
    },
  });

export const newInvitation = "invitations/new";
export const invitationOf = (id: string): string => `invitations/${id}`;

export const invite = (email: string, assignedRoleIds: string[]) =>
  mutate({
    key: newInvitation,
    label: `Invite ${email}`,
    async run(_, signal) {
      const invitation = await (await cloud).invitations.create({ email, assignedRoleIds }, { signal });
      invitations.update((list) => [...(list ?? []), invitation]);
      return invitation;
    },
  });

export const withdraw = ({ id, email = "" }: Invitation) =>
  mutate({
    key: invitationOf(id),
    label: `Withdraw the invitation of ${email}`,
    async run(_, signal) {
      await (await cloud).invitations.delete(id, { signal });
      invitations.update((list) => list?.filter((each) => each.id !== id));
    },
  });
