// The client of the console and the back end behind it. Both load after the first paint.
import type { Clock, CloudClient } from "clickhouse-cloud";
import { openBackend } from "../backend/index.ts";
import { Permits } from "./permits.ts";
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

/** The limit of the live API for a key. */
const LIVE = { requests: 10, perMs: 10_000 };
const hostClock: Clock = { now: Date.now, sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)) };

export const permits: Promise<Permits> = backend.then(({ clientOptions: { rateLimit, clock } }) => {
  const { requests, perMs } = typeof rateLimit === "object" && "perMs" in rateLimit ? rateLimit : LIVE;
  return new Permits(requests, perMs, clock ?? hostClock);
});

export const cloud: Promise<CloudClient> = (async () => {
  const [{ CloudClient }, { clientOptions, kind }, rateLimit] = await Promise.all([import("clickhouse-cloud"), backend, permits]);
  const options = { ...clientOptions, rateLimit, ...(kind === "sandbox" && { timeoutMs: 2 * DAY_MS }) };
  return new CloudClient(recorded(options, now));
})();
