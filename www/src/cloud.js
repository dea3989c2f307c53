// @ts-check
// The sandbox of the page, and the client that calls it. No request leaves the page.
import { CloudClient } from "clickhouse-cloud";
import { Sandbox } from "clickhouse-cloud/sandbox";
import { recorded } from "./recorder.js";

export const SPEEDS = [10, 30, 120];
const MINUTE = 60_000;
export const DAY = 24 * 60 * MINUTE;

/** The sandbox's seconds per real second. Set by `?speed=` on load, since a sandbox cannot change its speed. */
export const speed = (() => {
  const asked = Number(new URLSearchParams(location.search).get("speed"));
  return asked >= 1 && asked <= 1000 ? asked : 30;
})();

// A little latency, so that calls in progress are visible.
export const sandbox = new Sandbox({ timeScale: speed, latencyMs: 40 });

const options = sandbox.clientOptions;

/** The sandbox's time, in milliseconds since the epoch. */
export const now = () => options.clock.now();

/** @type {CloudClient} */
export const cloud = new CloudClient({
  ...options,
  // A visitor may skip a day while a request is in progress.
  timeoutMs: 2 * DAY,
  fetch: recorded(options.fetch, (route, parameters) => cloud.buildRequest(route, parameters).toCurl()),
});

/** The deadline of waits. The default of 30 minutes would pass at once when a visitor skips a day. */
export const PATIENCE_MS = 30 * DAY;
