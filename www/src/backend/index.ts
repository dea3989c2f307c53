// Where the console's requests go: the sandbox, or the real API behind the development server's proxy.
import { openApi, realApiIsOn } from "./api.ts";
import { openSandbox } from "./sandbox.ts";
import type { Backend } from "./types.ts";

const STORE = "clickhouse-cloud.backend";

/** The visitor's choice, where there is one. */
export const chosen = (): Backend["kind"] => (realApiIsOn && localStorage.getItem(STORE) === "api" ? "api" : "sandbox");

/** Stores the choice, and begins anew with it. */
export function choose(kind: Backend["kind"]): void {
  localStorage.setItem(STORE, kind);
  location.reload();
}

export { realApiIsOn };

export const openBackend = (): Promise<Backend> => (chosen() === "api" ? Promise.resolve(openApi()) : openSandbox());
