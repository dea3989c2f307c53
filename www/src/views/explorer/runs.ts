// Requests that were sent from the explorer, the latest first, kept while the page is open.
import { signal } from "@preact/signals";
import type { Operation } from "../../forms/contract.ts";
import type { Json } from "../../forms/model.ts";
import type { Request } from "../../forms/program.ts";
import { parametersOf, routeOf } from "../../forms/request.ts";
import { announce } from "../../store/announce.ts";
import { cloud } from "../../store/cloud.ts";
import { type Failure, failureOf } from "../../store/failure.ts";
import { services } from "../../store/services.ts";

export interface Run {
  readonly id: number;
  readonly operation: Operation;
  readonly request: Request;
  readonly startedAt: number;
  readonly status: "running" | "done" | "failed";
  readonly durationMs?: number;
  readonly httpStatus?: number | undefined;
  readonly requestId?: string | undefined;
  readonly attempts?: number | undefined;
  /** Undefined for operations without a result. */
  readonly result?: Json | undefined;
  readonly failure?: Failure;
}

const KEPT = 20;
export const runs = signal<readonly Run[]>([]);
const controllers = new Map<number, AbortController>();

/** The forms' values by the operation's name. */
const requests = new Map<string, ReturnType<typeof signal<Request>>>();

export function requestOf(operation: Operation, first: () => Request): { value: Request } {
  const found = requests.get(operation.name) ?? signal<Request>(first());
  requests.set(operation.name, found);
  return found as { value: Request };
}

const stopped = ({ method }: Operation): Failure => ({
  title: "You have stopped waiting.",
  text: method === "GET" ? "A read changes nothing." : "The request may have had its effect.",
  issues: [],
  ambiguous: method !== "GET",
});

let last = 0;

const change = (id: number, changes: Partial<Run>) => {
  runs.value = runs.value.map((run) => (run.id === id ? { ...run, ...changes } : run));
};

/** Sends a request. Its outcome is in `runs`. */
export async function send(operation: Operation, request: Request): Promise<void> {
  const id = (last += 1);
  const startedAt = Date.now();
  const controller = new AbortController();
  controllers.set(id, controller);
  runs.value = [{ id, operation, request, startedAt, status: "running" as const }, ...runs.value].slice(0, KEPT);
  try {
    const call = (await cloud).request(routeOf(operation), parametersOf(request) as never, { signal: controller.signal });
    const { data, status, requestId, attempts } = await call.withResponse();
    change(id, {
      status: "done",
      durationMs: Date.now() - startedAt,
      httpStatus: status,
      requestId,
      attempts,
      result: data as Json | undefined,
    });
    announce(`${operation.name}: ${status}`);
  } catch (error) {
    const failure = controller.signal.aborted ? stopped(operation) : failureOf(error);
    const attempts = (error as { attempts?: number }).attempts;
    change(id, {
      status: "failed",
      durationMs: Date.now() - startedAt,
      httpStatus: failure.status,
      requestId: failure.requestId,
      attempts,
      failure,
    });
    announce(`${operation.name} failed: ${failure.title}`);
  } finally {
    controllers.delete(id);
    if (operation.method !== "GET") void services.refresh();
  }
}

export const stop = (id: number): void => controllers.get(id)?.abort();
