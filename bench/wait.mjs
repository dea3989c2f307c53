// @ts-check
// Table f: how late a wait notices that a service runs, and the GETs that it spends, beside a loop that asks for each service every
// 5 seconds. In virtual time on the sandbox.
//
//     node bench/wait.mjs
import { setImmediate as turn } from "node:timers/promises";
import { CloudClient } from "clickhouse-cloud";
import { Sandbox } from "clickhouse-cloud/sandbox";
import { median } from "./lib/measure.mjs";
import { isProgram } from "./lib/node.mjs";
import { number, print } from "./lib/table.mjs";

const STEP_MS = 100;
const INTERVAL_MS = 5_000;
/** How many sandboxes, each of another seed, for so many services at once. */
const CASES = [
  { services: 1, seeds: 20 },
  { services: 50, seeds: 2 },
];
const LATENCY_MS = 100;

/**
 * @typedef {{ now(): number, sleep(ms: number, signal: AbortSignal): Promise<unknown> }} Clock
 * @typedef {(cloud: CloudClient, id: string, clock: Clock) => Promise<unknown>} Wait
 */

/** @type {Record<string, Wait>} */
const sides = {
  "this client": (cloud, id) => cloud.services.waitFor(id, "running"),
  "a loop, every 5 s": async (cloud, id, clock) => {
    while ((await cloud.services.get(id)).state !== "running") await clock.sleep(INTERVAL_MS, new AbortController().signal);
  },
};

/**
 * Creates services at once and waits for each.
 *
 * @param {Wait} wait
 * @param {number} services
 * @param {number} seed
 */
async function run(wait, services, seed) {
  const sandbox = new Sandbox({ seed, latencyMs: LATENCY_MS, maxServices: services });
  const options = /** @type {any} */ (sandbox.clientOptions);
  const clock = /** @type {Clock} */ (options.clock);
  let gets = 0;
  let refused = 0;
  const cloud = new CloudClient({
    ...options,
    async fetch(/** @type {any} */ url, /** @type {any} */ init) {
      if (init.method === "GET") gets += 1;
      const response = await options.fetch(url, init);
      if (response.status === 429) refused += 1;
      return response;
    },
  });
  /** @type {Map<string, number>} */
  const ran = new Map();
  /** @type {number[]} */
  const late = [];
  let open = services;
  const all = Array.from({ length: services }, async (_, index) => {
    const { service } = await cloud.services.create({ name: `service ${index}`, provider: "aws", region: "eu-west-1" });
    await wait(cloud, service.id, clock);
    late.push(clock.now() - (ran.get(service.id) ?? clock.now()));
    open -= 1;
  });
  const ended = Promise.all(all);
  // Noticed where it is awaited, below.
  ended.catch(() => (open = 0));
  while (open > 0) {
    sandbox.advance(STEP_MS);
    for (const { id, state } of sandbox.state().services) if (state === "running" && !ran.has(id)) ran.set(id, clock.now());
    for (let times = 0; times < 4; times += 1) await turn();
  }
  await ended;
  return { late, gets, refused };
}

/**
 * @param {unknown} [_]
 * @param {(text: string) => void} [progress]
 * @returns {Promise<import("./lib/table.mjs").Section & { figures: Record<string, string> }>}
 */
export async function section(_, progress = () => {}) {
  /** @type {{ services: number, side: string, late: number, latest: number, gets: number, refused: number }[]} */
  const measured = [];
  for (const { services, seeds } of CASES) {
    for (const [side, wait] of Object.entries(sides)) {
      progress(`f: ${services} services, ${side}`);
      /** @type {Awaited<ReturnType<typeof run>>[]} */
      const all = [];
      for (let seed = 1; seed <= seeds; seed += 1) all.push(await run(wait, services, seed));
      const late = all.flatMap((one) => one.late);
      const sum = (/** @type {"gets" | "refused"} */ key) => all.reduce((total, one) => total + one[key], 0) / seeds;
      measured.push({ services, side, late: median(late), latest: Math.max(...late), gets: sum("gets"), refused: sum("refused") });
    }
  }
  const rows = measured.map(({ services, side, late, latest, gets, refused }) => [
    ...[String(services), side, number(late / 1_000), number(latest / 1_000)],
    ...[number(gets), number(refused)],
  ]);
  const head = ["services", "side", "seconds late, median", "at most", "GETs", "429s"];
  const compared = CASES.flatMap(({ services }) => {
    const [own, other] = measured.filter((one) => one.services === services);
    const of = (/** @type {"late" | "gets"} */ key, /** @type {string} */ unit, /** @type {number} */ by) => ({
      ...{ what: `${services} ${services === 1 ? "service" : "services"}`, peer: "a loop, every 5 s", unit },
      ...{ own: (own?.[key] ?? Number.NaN) / by, other: (other?.[key] ?? Number.NaN) / by },
    });
    return [of("late", "seconds late", 1_000), of("gets", "GETs", 1)];
  });
  const figure = (/** @type {number} */ at) => number(measured.filter(({ services }) => services === 50)[at]?.gets ?? Number.NaN);
  return {
    name: "f. Waiting",
    about: ABOUT,
    tables: [{ title: "In virtual time", head, rows }],
    compared,
    figures: { own: figure(0), loop: figure(1) },
  };
}

const ABOUT = `Services are created at once and awaited until they run, in virtual time on the sandbox, with its rate limit of 10 requests in 10
seconds and a latency of ${LATENCY_MS} ms. The loop asks for each service by \`services.get\` of this client, which keeps the rate limit for it, and
sleeps 5 seconds. Seconds late: from the moment that the service runs to the moment that the wait resolves. Time is seen in steps of
${STEP_MS} ms.`;

if (isProgram(import.meta.url)) print(await section(undefined, (text) => console.error(text)));
