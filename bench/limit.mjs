// @ts-check
// The cost of keeping the rate limit: 1,000 concurrent calls against the sandbox over real HTTP, with a window of 10 requests per
// 200 ms instead of 10 s.
//
//     node bench/limit.mjs          # both cases; exits with 1 if a figure exceeds its limit
//     node bench/limit.mjs one      # one case
//
//     one   one client with the key to itself: no 429, and at most 1.25 times the ideal time
//     two   two processes that share the key without knowing of each other: at most 1.6 times, and at most one 429
//           for every six calls
//
// The ideal time is 100 windows, of which the last need not pass. Above it are the response times (a permit is free again one window
// after its response), late timers, and in the second case the 429s that reveal how much the other process uses.
import { fork } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { CloudClient } from "clickhouse-cloud";

const CALLS = 1_000;
const LIMIT = { requests: 10, perMs: 200 };
const LATENCY_MS = 2;
const LEAST_MS = (CALLS / LIMIT.requests - 1) * LIMIT.perMs;

/** @type {Record<string, { processes: number, mostTime: number, most429: number }>} */
const CASES = {
  one: { processes: 1, mostTime: 1.25, most429: 0 },
  two: { processes: 2, mostTime: 1.6, most429: Math.floor(CALLS / 6) },
};

const [mode, ...rest] = process.argv.slice(2);
if (mode === "--calls") await work(Number(rest[0]), String(rest[1]));
else {
  const wanted = mode === undefined ? Object.keys(CASES) : [mode];
  for (const name of wanted) if (!(await measure(name))) process.exitCode = 1;
}

/**
 * Runs one case; returns whether its figures are within their limits.
 *
 * @param {string} name
 */
async function measure(name) {
  const { processes, mostTime, most429 } = CASES[name];
  // A new sandbox: its window is empty.
  const { env, end } = await sandbox();
  try {
    const id = await service(env);
    // The request that creates the service leaves the window.
    await sleep(2 * LIMIT.perMs);
    const workers = Array.from({ length: processes }, () => worker(env, CALLS / processes, id));
    await Promise.all(workers.map(({ ready }) => ready));
    const began = performance.now();
    for (const { start } of workers) start();
    const all = await Promise.all(workers.map(({ done }) => done));
    const ms = performance.now() - began;
    const refused = all.reduce((sum, { refused }) => sum + refused, 0);
    const failed = all.flatMap(({ failed }) => failed);
    console.log(
      `${name}: ${CALLS} calls from ${processes === 1 ? "one process" : `${processes} processes`} in ${(ms / 1000).toFixed(1)} s, ` +
        `${(ms / LEAST_MS).toFixed(3)} of the least (at most ${mostTime}); ${refused} times 429 (at most ${most429})`,
    );
    if (failed.length > 0) console.error(`${name}: ${failed.length} calls failed; the first: ${failed[0]}`);
    return failed.length === 0 && refused <= most429 && ms <= mostTime * LEAST_MS;
  } finally {
    end();
  }
}

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

/**
 * Starts a process that makes calls: it reports when it is ready, starts on a message, and reports its failures.
 *
 * @param {Record<string, string>} env
 * @param {number} calls
 * @param {string} id
 */
function worker(env, calls, id) {
  const child = fork(fileURLToPath(import.meta.url), ["--calls", String(calls), id], { env: { ...process.env, ...env } });
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
 * @param {number} calls
 * @param {string} id
 */
async function work(calls, id) {
  let refused = 0;
  const cloud = new CloudClient({
    rateLimit: LIMIT,
    logLevel: "off",
    fetch: async (url, init) => {
      const response = await fetch(url, init);
      if (response.status === 429) refused += 1;
      return response;
    },
  });
  await new Promise((resolve) => {
    process.once("message", resolve);
    process.send?.("ready");
  });
  const ended = await Promise.allSettled(Array.from({ length: calls }, () => cloud.services.get(id)));
  const failed = ended.flatMap((one) => (one.status === "rejected" ? [String(one.reason)] : []));
  process.send?.({ refused, failed });
  process.disconnect();
}
