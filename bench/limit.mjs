// @ts-check
// Table e: the cost of keeping the rate limit: 300 calls against the sandbox over real HTTP, where 10 pass in a window, beside p-retry
// with p-throttle. A window is 2 s instead of 10 s, and the latency a fifth of a usual one.
//
//     npm ci --prefix bench/peers && node bench/limit.mjs          # all cases; exits with 1 if this client exceeds a limit
//     node bench/limit.mjs one                                     # one case
//
//     one        one client with the key to itself: no 429, and at most 1.05 times the least time
//     four       four clients of one key in one process: the same
//     processes  four processes that share the key without knowing of each other: at most 1.6 times, and at most one 429
//                for every six calls
//
// The least time is 30 windows, of which the last need not pass. Above it are the response times (a permit is free again one window
// after its response), late timers, and in the last case the 429s that reveal how much the other processes use.
import { fork } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { CloudClient, RateLimiter } from "clickhouse-cloud";
import { isProgram } from "./lib/node.mjs";
import { number, print } from "./lib/table.mjs";

const CALLS = 300;
const LIMIT = { requests: 10, perMs: 2_000 };
const LATENCY_MS = 40;
const LEAST_MS = (CALLS / LIMIT.requests - 1) * LIMIT.perMs;

/** @type {Record<string, { name: string, processes: number, clients: number, mostTime: number, most429: number }>} */
const CASES = {
  one: { name: "one client", processes: 1, clients: 1, mostTime: 1.05, most429: 0 },
  four: { name: "four clients in one process", processes: 1, clients: 4, mostTime: 1.05, most429: 0 },
  processes: { name: "four processes", processes: 4, clients: 1, mostTime: 1.6, most429: Math.floor(CALLS / 6) },
};
const SIDES = { own: "this client", peer: "p-retry, p-throttle" };

/**
 * @typedef {keyof typeof SIDES} Side
 * @typedef {{ ratio: number, refused: number, failed: string[] }} Outcome
 */

/**
 * Runs one case.
 *
 * @param {string} name
 * @param {Side} side
 * @returns {Promise<Outcome>}
 */
async function measure(name, side) {
  const one = CASES[name];
  if (one === undefined) throw new Error(`no case ${name}; there are ${Object.keys(CASES).join(", ")}`);
  // A new sandbox: its window is empty.
  const { env, end } = await sandbox();
  try {
    const id = await service(env);
    // The request that creates the service leaves the window.
    await sleep(2 * LIMIT.perMs);
    const workers = Array.from({ length: one.processes }, () =>
      worker(env, { side, id, clients: one.clients, calls: CALLS / one.processes }),
    );
    await Promise.all(workers.map(({ ready }) => ready));
    const began = performance.now();
    for (const { start } of workers) start();
    const all = await Promise.all(workers.map(({ done }) => done));
    const ratio = (performance.now() - began) / LEAST_MS;
    return { ratio, refused: all.reduce((sum, { refused }) => sum + refused, 0), failed: all.flatMap(({ failed }) => failed) };
  } finally {
    end();
  }
}

/**
 * @param {unknown} [_]
 * @param {(text: string) => void} [progress]
 * @param {string[]} [wanted]
 * @returns {Promise<import("./lib/table.mjs").Section & { held: boolean, figures: Record<string, string> }>}
 */
export async function section(_, progress = () => {}, wanted = Object.keys(CASES)) {
  progress(`e: ${wanted.join(", ")}`);
  const sides = /** @type {Side[]} */ (Object.keys(SIDES));
  // All at once: each waits most of the time, and has a sandbox of its own.
  const measured = await Promise.all(wanted.flatMap((name) => sides.map(async (side) => ({ name, side, ...(await measure(name, side)) }))));
  const rows = measured.map(({ name, side, ratio, refused, failed }) => [
    ...[CASES[name]?.name ?? name, SIDES[side]],
    ...[ratio.toFixed(3), String(refused), String(failed.length)],
  ]);
  const own = measured.filter(({ side }) => side === "own");
  const held = own.every(({ name, ratio, refused, failed }) => {
    const { mostTime = 0, most429 = 0 } = CASES[name] ?? {};
    if (failed.length > 0) console.error(`${name}: ${failed.length} calls failed; the first: ${failed[0]}`);
    return failed.length === 0 && refused <= most429 && ratio <= mostTime;
  });
  const compared = own.flatMap(({ name, ratio, refused }) => {
    const other = measured.find((one) => one.name === name && one.side === "peer");
    const what = CASES[name]?.name ?? name;
    return [
      { what, peer: SIDES.peer, own: ratio, other: other?.ratio ?? Number.NaN, unit: "times the least time" },
      { what, peer: SIDES.peer, own: refused, other: other?.refused ?? Number.NaN, unit: "429s" },
    ];
  });
  const four = measured.filter(({ name }) => name === "four");
  const figures = Object.fromEntries(
    four.map(({ side, ratio, refused }) => [side, `${ratio.toFixed(2)} times the least time with ${number(refused)} 429s`]),
  );
  const head = ["", "side", "times the least time", "429s", "failed calls"];
  return { name: "e. The rate limit", about: ABOUT, tables: [{ title: `${CALLS} calls`, head, rows }], compared, held, figures };
}

const ABOUT = `${CALLS} calls at once of one key, over HTTP against a sandbox that lets ${LIMIT.requests} requests pass in ${LIMIT.perMs / 1000} s (the API: in 10 s), with a latency of
${LATENCY_MS} ms. The least time is that of ${CALLS / LIMIT.requests - 1} windows: the first calls leave at once. The peer is \`p-throttle\` with \`strict\`, and \`p-retry\`, which after a
429 waits for \`x-ratelimit-reset\` and then by its own backoff, ten times at most. Four clients in one process: this client's share a
limit of their key by themselves, or, as here, where the window is another one, a \`RateLimiter\`; the peers have a throttle each. With one
for all, they are as one client. All cases run at the same time.`;

/** Starts the sandbox, and reads the environment variables that it prints. */
async function sandbox() {
  const bin = fileURLToPath(new URL("../pkg/bin/clickhouse-cloud.js", import.meta.url));
  const flags = ["--port", "0", "--rate-limit", `${LIMIT.requests}/${LIMIT.perMs / 1000}`, "--latency-ms", String(LATENCY_MS)];
  const child = fork(bin, ["sandbox", ...flags], { stdio: ["ignore", "pipe", "inherit", "ipc"] });
  let printed = "";
  for await (const text of /** @type {import("node:stream").Readable} */ (child.stdout).setEncoding("utf8")) {
    printed += text;
    if (/(export .*\n){4}/.test(printed)) break;
  }
  /** @type {Record<string, string>} */
  const env = Object.fromEntries([...printed.matchAll(/^export (\w+)=(.*)$/gm)].map(([, name, value]) => [name, value]));
  return { env, end: () => child.kill() };
}

/**
 * The id of a new service.
 *
 * @param {Record<string, string>} env
 */
async function service({ CLICKHOUSE_API_URL, CLICKHOUSE_CLOUD_API_KEY, CLICKHOUSE_CLOUD_API_SECRET, CLICKHOUSE_ORG_ID }) {
  const cloud = new CloudClient({
    baseUrl: CLICKHOUSE_API_URL,
    keyId: CLICKHOUSE_CLOUD_API_KEY,
    keySecret: CLICKHOUSE_CLOUD_API_SECRET,
    organizationId: CLICKHOUSE_ORG_ID,
  });
  const created = await cloud.services.create({ name: "limit", provider: "aws", region: "eu-west-1" });
  return created.service.id;
}

/** @typedef {{ side: Side, id: string, clients: number, calls: number }} Work of one process */

/**
 * Starts a process that makes calls: it reports when it is ready, starts on a message, and reports its failures.
 *
 * @param {Record<string, string>} env
 * @param {Work} work
 */
function worker(env, work) {
  const child = fork(fileURLToPath(import.meta.url), ["--work", JSON.stringify(work)], { env: { ...process.env, ...env } });
  const message = () =>
    new Promise((resolve, reject) => {
      child.once("message", resolve);
      child.once("exit", (code) => reject(new Error(`it ended with ${code}`)));
    });
  const ready = message();
  /** @type {Promise<{ refused: number, failed: string[] }>} */
  const done = ready.then(message);
  return { ready, done, start: () => child.send("start") };
}

/**
 * The program of a worker.
 *
 * @param {Work} work
 */
async function work({ side, id, clients, calls }) {
  let refused = 0;
  const counted = async (/** @type {any} */ url, /** @type {any} */ init) => {
    const response = await fetch(url, init);
    if (response.status === 429) refused += 1;
    return response;
  };
  const shared = new RateLimiter(LIMIT);
  const makers = {
    async own() {
      const cloud = new CloudClient({ rateLimit: shared, logLevel: "off", fetch: counted });
      return () => cloud.services.get(id);
    },
    async peer() {
      const { throttled } = await import("./peers/throttled.mjs");
      const env = process.env;
      const url = `${env.CLICKHOUSE_API_URL}/v1/organizations/${env.CLICKHOUSE_ORG_ID}/services/${id}`;
      const authorization = `Basic ${btoa(`${env.CLICKHOUSE_CLOUD_API_KEY}:${env.CLICKHOUSE_CLOUD_API_SECRET}`)}`;
      return throttled(() => counted(url, { headers: { authorization } }), LIMIT);
    },
  };
  const all = await Promise.all(Array.from({ length: clients }, makers[side]));
  await new Promise((resolve) => {
    process.once("message", resolve);
    process.send?.("ready");
  });
  const ended = await Promise.allSettled(Array.from({ length: calls }, (_, index) => all[index % clients]?.()));
  const failed = ended.flatMap((one) => (one.status === "rejected" ? [String(one.reason)] : []));
  process.send?.({ refused, failed });
  process.disconnect();
}

if (isProgram(import.meta.url)) {
  const [mode, given = "{}"] = process.argv.slice(2);
  if (mode === "--work") await work(JSON.parse(given));
  else {
    const result = await section(undefined, undefined, mode === undefined ? undefined : [mode]);
    print(result);
    console.log(`\nthe limits of this client: ${result.held ? "held" : "not held"}`);
    process.exitCode = result.held ? 0 : 1;
  }
}
