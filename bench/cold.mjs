// @ts-check
// The time from import to the first response in a fresh process: services.get through the client, and the same call through
// openapi-fetch with a zod check of the response. The response is canned. The cost of the runtime's own fetch (its Request with a
// signal, its Response) is measured separately and subtracted.
//
//     npm ci --prefix bench/peers && node bench/cold.mjs [processes of each side]
//
// The sides alternate, and the order changes each round. The figures are the median, and the median of the rounds' differences to
// the bare runtime. It fails above the limit in docs/design/start-up.md.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { body, foundService, headers, id, path } from "./peers/service.mjs";

/** The most milliseconds that the client may take above the bare runtime. */
const MOST_MS = 25;

const baseUrl = "https://localhost";
const authorization = `Basic ${btoa("key:secret")}`;
const fetch = async () => new Response(body, { headers });

/** Each makes the call, and imports its dependencies only then. @type {Record<string, () => Promise<{ id: string }>>} */
const sides = {
  "bare host": async () => {
    new Request(baseUrl, { headers: { authorization }, signal: new AbortController().signal });
    return (await (await fetch()).json()).result;
  },
  "openapi-fetch, zod": async () => {
    const { createClient, z } = await import("./peers/peers.mjs");
    const api = /** @type {any} */ (createClient({ baseUrl, fetch, headers: { authorization } }));
    const { data } = await api.GET(path, { params: { path: { organizationId: id, serviceId: id } } });
    return foundService(z).parse(data).result;
  },
  "this client": async () => {
    const { CloudClient } = await import("clickhouse-cloud");
    const cloud = new CloudClient({ baseUrl, fetch, keyId: "key", keySecret: "secret", organizationId: id });
    return cloud.services.get(id);
  },
};

/** @typedef {{ wall: number, computed: number }} Taken in milliseconds */

/** @param {() => Promise<{ id: string }>} call */
async function measured(call) {
  const before = process.cpuUsage();
  const began = performance.now();
  const found = await call();
  const wall = performance.now() - began;
  const { user, system } = process.cpuUsage(before);
  if (found.id !== id) throw new Error("another service");
  return { wall, computed: (user + system) / 1_000 };
}

/** @param {number[]} values */
const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

/** @param {number} rounds */
function compare(rounds) {
  const names = Object.keys(sides);
  const program = fileURLToPath(import.meta.url);
  /** @type {Record<string, Taken>[]} */
  const taken = [];
  for (let round = 0; round < rounds; round += 1) {
    const first = round % names.length;
    /** @type {Record<string, Taken>} */
    const all = {};
    for (const name of [...names.slice(first), ...names.slice(0, first)]) {
      const { stdout, status, stderr } = spawnSync(process.execPath, [program, "--side", name], { encoding: "utf8" });
      if (status !== 0) throw new Error(stderr);
      all[name] = JSON.parse(stdout);
    }
    taken.push(all);
  }
  /** @param {(all: Record<string, Taken>) => number} of */
  const ms = (of) => median(taken.map(of)).toFixed(1).padStart(6);
  for (const name of names) {
    const above = (/** @type {"wall" | "computed"} */ kind) => ms((all) => (all[name]?.[kind] ?? NaN) - (all["bare host"]?.[kind] ?? NaN));
    const whole = `${ms((all) => all[name]?.wall ?? NaN)} ms, computed ${ms((all) => all[name]?.computed ?? NaN)} ms`;
    console.log(
      `${name.padEnd(20)} ${whole}${name === "bare host" ? "" : `; above the bare host ${above("wall")} ms, computed ${above("computed")} ms`}`,
    );
    if (name === "this client" && !(Number(above("wall")) <= MOST_MS)) process.exitCode = 1;
  }
}

const [flag, value = ""] = process.argv.slice(2);
if (flag === "--side") console.log(JSON.stringify(await measured(sides[value] ?? Promise.reject)));
else compare(Number(flag ?? 41));
