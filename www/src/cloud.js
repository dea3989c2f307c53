// @ts-check
// The cloud that the page talks to, and the client that talks to it.
import { CloudClient } from "clickhouse-cloud";
import { Sandbox } from "clickhouse-cloud/sandbox";
import { recorded } from "./recorder.js";

export const SPEEDS = [10, 30, 120];
const MINUTE = 60_000;
export const DAY = 24 * 60 * MINUTE;

/** How many of the sandbox's seconds pass in one of ours. `?speed=` chooses it: a sandbox keeps the one it began with. */
export const speed = (() => {
  const asked = Number(new URLSearchParams(location.search).get("speed"));
  return asked >= 1 && asked <= 1000 ? asked : 30;
})();

// A little latency, so that the page shows calls that are under way.
export const sandbox = new Sandbox({ timeScale: speed, latencyMs: 40 });

const options = sandbox.clientOptions;

/** The sandbox's time, in milliseconds since the epoch. */
export const now = () => options.clock.now();

/** @type {CloudClient} */
export const cloud = new CloudClient({
  ...options,
  // A visitor may skip a day while a request is under way.
  timeoutMs: 2 * DAY,
  fetch: recorded(options.fetch, (route, parameters) => cloud.buildRequest(route, parameters).toCurl()),
});

/** For the helpers that wait: the default, half an hour, is over at once when a visitor skips a day. */
export const PATIENCE_MS = 30 * DAY;
