// The package in the page: its schemas say what is valid, so that the console has no rules of its own.
import type { Schemas } from "clickhouse-cloud";
import { type Issue, issuesOf } from "../../forms/context.ts";
import { loadContract } from "../../forms/contract.ts";
import { useLoaded } from "../../forms/loaded.ts";
import type { Form } from "../../forms/model.ts";
import { cloud } from "../../store/cloud.ts";

const load = async () => {
  await cloud;
  return import("clickhouse-cloud");
};
export type Package = Awaited<ReturnType<typeof load>>;

/** Undefined until it has loaded. */
export const usePackage = (): Package | undefined => useLoaded(load).data;

/** The issues of a value, as sentences. Without the package, nothing is known to be wrong. */
export function check(loaded: Package | undefined, schema: keyof Schemas, value: unknown): readonly Issue[] {
  const result = loaded?.schemas[schema]["~standard"].validate(value);
  if (result === undefined || result instanceof Promise) return [];
  return issuesOf(result) ?? [];
}

export const issueAt = (issues: readonly Issue[], ...path: Issue["path"]): string | undefined =>
  issues.find((issue) => issue.path.join("/") === path.join("/"))?.message;

/** The forms of the properties of an operation's body, by name; undefined until the contract has loaded. */
export function useBody(operation: string): ((name: string) => Form | undefined) | undefined {
  const contract = useLoaded(loadContract).data;
  if (contract === undefined) return undefined;
  const body = contract.operations.get(operation)?.body;
  return (name) => (body?.kind === "object" ? body.fields.find((field) => field.name === name)?.form : undefined);
}
