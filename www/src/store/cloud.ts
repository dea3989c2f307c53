// The client of the console and the back end behind it. Both load after the first paint.
import type { CloudClient } from "clickhouse-cloud";
import { openBackend } from "../backend/index.ts";
import { recorded } from "./traffic.ts";

export const backend = openBackend();

const DAY_MS = 86_400_000;
/** The deadline of waits, in the back end's time: a visitor may skip a day of the sandbox. */
export const PATIENCE_MS = 30 * DAY_MS;

/** The back end's time, in milliseconds since the epoch. */
export const now: () => number = (() => {
  let read = Date.now;
  void backend.then(({ sandbox, clientOptions }) => {
    if (sandbox !== undefined) read = () => sandbox.now();
    else if (clientOptions.clock !== undefined) read = clientOptions.clock.now;
  });
  return () => read();
})();

export const cloud: Promise<CloudClient> = (async () => {
  const [{ CloudClient }, { clientOptions, kind }] = await Promise.all([import("clickhouse-cloud"), backend]);
  const options = kind === "sandbox" ? { ...clientOptions, timeoutMs: 2 * DAY_MS } : clientOptions;
  return new CloudClient(recorded(options, now));
})();
