// The client of the console and the back end behind it. Both load after the first paint.
import type { CloudClient, RateLimiter } from "clickhouse-cloud";
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

const loaded = Promise.all([import("clickhouse-cloud"), backend]);

/** The client's rate limiter, which says how many calls wait. Without a limit in the options it has that of the live API. */
export const limiter: Promise<RateLimiter> = loaded.then(([{ RateLimiter }, { clientOptions }]) => {
  const { rateLimit } = clientOptions;
  return new RateLimiter(typeof rateLimit === "object" && "perMs" in rateLimit ? rateLimit : {});
});

export const cloud: Promise<CloudClient> = (async () => {
  const [[{ CloudClient }, { clientOptions, kind }], rateLimit] = await Promise.all([loaded, limiter]);
  const options = { ...clientOptions, rateLimit, ...(kind === "sandbox" && { timeoutMs: 2 * DAY_MS }) };
  return new CloudClient(recorded(options, now));
})();
