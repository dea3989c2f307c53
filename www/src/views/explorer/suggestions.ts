// Known values for ids: those of the store's lists, and those of lists that were read here.
import { useEffect, useMemo } from "preact/hooks";
import type { Suggest, Suggestion } from "../../forms/context.ts";
import type { Contract, Operation } from "../../forms/contract.ts";
import { isObject } from "../../forms/value.ts";
import { invitations, keys, members, roles } from "../../store/organization.ts";
import type { Resource } from "../../store/resource.ts";
import { services } from "../../store/services.ts";
import { runs } from "./runs.ts";

interface Source {
  readonly resource: Resource<readonly object[]>;
  /** The property with the id. */
  readonly id: string;
}

const sources: Record<string, Source> = {
  serviceId: { resource: services as unknown as Resource<readonly object[]>, id: "id" },
  keyId: { resource: keys as unknown as Resource<readonly object[]>, id: "id" },
  userId: { resource: members as unknown as Resource<readonly object[]>, id: "userId" },
  roleId: { resource: roles as unknown as Resource<readonly object[]>, id: "id" },
  assignedRoleIds: { resource: roles as unknown as Resource<readonly object[]>, id: "id" },
  invitationId: { resource: invitations as unknown as Resource<readonly object[]>, id: "id" },
};

function suggestion(item: unknown, id: string): Suggestion[] {
  if (!isObject(item)) return [];
  const value = item[id] ?? item.id;
  if (typeof value !== "string") return [];
  const name = item.name ?? item.email ?? item.createdAt ?? item.startedAt;
  return [{ value, label: typeof name === "string" ? `${name} · ${value.slice(0, 8)}` : value }];
}

/** The operation that lists what a path parameter names: the one whose path ends before it. */
export function listOf(contract: Contract, { path }: Operation, parameter: string): Operation | undefined {
  const end = path.indexOf(`/{${parameter}}`);
  const listPath = path.slice(0, end);
  return end < 0 ? undefined : [...contract.operations.values()].find((each) => each.method === "GET" && each.path === listPath);
}

export function useSuggestions(contract: Contract, operation: Operation): Suggest {
  useEffect(() => {
    const names = [...operation.pathFields.map(({ name }) => name), ...(operation.body === undefined ? [] : ["assignedRoleIds"])];
    const ends = names.flatMap((name) => sources[name]?.resource.watch() ?? []);
    return () => {
      for (const end of ends) end();
    };
  }, [operation]);
  const all = runs.value;
  const data = Object.values(sources).map(({ resource }) => resource.read.value.data);
  return useMemo(
    () => (name: string) => {
      const source = sources[name];
      if (source !== undefined) return source.resource.read.peek().data?.flatMap((item) => suggestion(item, source.id)) ?? [];
      const list = listOf(contract, operation, name);
      const result = all.find((run) => run.operation === list && run.status === "done")?.result;
      if (result === undefined) return undefined;
      const items = Array.isArray(result) ? result : isObject(result) && Array.isArray(result.items) ? result.items : [];
      return items.flatMap((item) => suggestion(item, name));
    },
    [contract, operation, all, ...data],
  );
}
