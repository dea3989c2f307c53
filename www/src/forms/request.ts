// Requests as the client builds them: the client alone says whether the values of a form are valid.
import type { CloudClient, Routes } from "clickhouse-cloud";
import { type Issue, issuesOf } from "./context.ts";
import type { Operation } from "./contract.ts";
import type { Request } from "./program.ts";

export type Route = keyof Routes;

export const routeOf = ({ method, path }: Operation): Route => `${method} ${path}` as Route;

/** The parameters as the client takes them: what is absent is not there. */
export function parametersOf({ path, query, body }: Request): { path: object; query: object; body?: unknown } {
  return { path, query, ...(body !== undefined && { body }) };
}

export interface Built {
  readonly issues: readonly Issue[];
  /** Undefined while the values are not valid. */
  readonly curl: string | undefined;
}

/** Stands for the organization in requests that are only shown, where the client learns it with its first call. */
const UNKNOWN = "00000000-0000-4000-8000-000000000000";

export function build(client: CloudClient, operation: Operation, request: Request): Built {
  const attempt = (path: object) => client.buildRequest(routeOf(operation), { ...parametersOf(request), path } as never).toCurl();
  try {
    return { issues: [], curl: attempt(request.path) };
  } catch (error) {
    const issues = issuesOf(error);
    if (issues !== undefined) return { issues, curl: undefined };
  }
  try {
    const curl = attempt({ organizationId: UNKNOWN, ...request.path });
    return { issues: [], curl: curl.replace(UNKNOWN, "'\"$CLICKHOUSE_ORG_ID\"'") };
  } catch (error) {
    return { issues: issuesOf(error) ?? [], curl: undefined };
  }
}
