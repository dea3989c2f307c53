// @ts-check
// The overhead of one call above bare fetch: services.get through the client, and the same call through openapi-fetch with a
// zod check of the response. Measured with a canned response, which isolates the call, and over loopback.
//
//     npm ci --prefix bench/peers && node bench/call.mjs
//
// The sides alternate, and the order changes each round; the figure is the median of the rounds. The measure is the processor time
// of the process, which over loopback includes the server: wall-clock time on a busy machine is unreliable.
import { createServer } from "node:http";
import { CloudClient } from "clickhouse-cloud";
import { createClient, z } from "./peers/peers.mjs";
import { body, foundService, headers, id, path } from "./peers/service.mjs";

const ROUNDS = 21;
const CALLS = { canned: 400, loopback: 150 };

const FoundService = foundService(z);

/**
 * The three sides, each of which makes the same call.
 *
 * @param {string} baseUrl
 * @param {(input: any, init?: any) => Promise<Response>} fetch
 * @returns {Record<string, () => Promise<{ id: string }>>}
 */
function sides(baseUrl, fetch) {
  const authorization = `Basic ${btoa("key:secret")}`;
  const cloud = new CloudClient({ baseUrl, fetch, rateLimit: false, keyId: "key", keySecret: "secret", organizationId: id });
  const api = /** @type {any} */ (createClient({ baseUrl, fetch, headers: { authorization } }));
  const url = `${baseUrl}/v1/organizations/${id}/services/${id}`;
  return {
    "bare fetch": async () => (await (await fetch(url, { headers: { authorization } })).json()).result,
    "openapi-fetch, zod": async () => {
      const { data } = await api.GET(path, { params: { path: { organizationId: id, serviceId: id } } });
      return FoundService.parse(data).result;
    },
    "this client": () => cloud.services.get(id),
  };
}

/** In microseconds. */
const computed = () => {
  const { user, system } = process.cpuUsage();
  return user + system;
};

/** @param {number[]} values */
const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

/**
 * @param {string} name
 * @param {Record<string, () => Promise<{ id: string }>>} all
 * @param {number} calls
 */
async function measure(name, all, calls) {
  const entries = Object.entries(all);
  /** @type {Record<string, number[]>} */
  const taken = Object.fromEntries(entries.map(([side]) => [side, []]));
  for (let round = -3; round < ROUNDS; round += 1) {
    const first = ((round % entries.length) + entries.length) % entries.length;
    for (const [side, call] of [...entries.slice(first), ...entries.slice(0, first)]) {
      const began = computed();
      for (let time = 0; time < calls; time += 1) if ((await call()).id !== id) throw new Error("another service");
      if (round >= 0) taken[side]?.push((computed() - began) / calls);
    }
  }
  const bare = median(taken["bare fetch"] ?? []);
  for (const [side] of entries) {
    const us = median(taken[side] ?? []);
    const above = side === "bare fetch" ? "" : `, ${(us - bare).toFixed(0)} above`;
    console.log(`${name.padEnd(10)} ${side.padEnd(20)} ${us.toFixed(0).padStart(6)} us${above}`);
  }
}

await measure(
  "canned",
  sides("https://localhost", async () => new Response(body, { headers })),
  CALLS.canned,
);
const server = createServer((_, response) => response.writeHead(200, headers).end(body));
await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
await measure("loopback", sides(`http://127.0.0.1:${port}`, globalThis.fetch), CALLS.loopback);
server.close();
server.closeAllConnections();
