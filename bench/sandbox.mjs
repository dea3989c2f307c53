// @ts-check
// Table h: the throughput of the served sandbox and of Prism as a mock of the same contract, relative to a bare node:http server that
// always returns the same service. All use the same kind of keep-alive connections and alternate in one run, so that load on the machine
// affects all. And lives of services a second in virtual time.
//
//     node bench/sandbox.mjs [SECONDS]
//
// Fails below a ratio of 0.4, at a response that is no success, and if the memory grows.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { isProgram } from "./lib/node.mjs";
import { number } from "./lib/table.mjs";
import { measure as lives } from "./lives.mjs";

const LEAST_RATIO = 0.4;
/** The most bytes that the resident memory may grow from the first third of the run to the last. */
const MOST_GROWTH = 1.1;
const CONNECTIONS = 10;
const TURNS = 6;

if (!isProgram(import.meta.url)) {
  // Imported: nothing runs by itself.
} else if (process.argv[2] === "--bare") {
  const body = process.argv[3];
  const server = createServer((_, response) => {
    response.writeHead(200, { "content-type": "application/json; charset=utf-8", "content-length": Buffer.byteLength(body) });
    response.end(body);
  });
  server.listen(0, "127.0.0.1", () =>
    console.log(`http://127.0.0.1:${/** @type {import("node:net").AddressInfo} */ (server.address()).port}`),
  );
} else {
  const { rates, memory, failed, ratio, growth } = await measure(Number(process.argv[2] ?? 60));
  console.log(`bare:    ${Math.round(rates.bare)} requests a second`);
  console.log(
    `sandbox: ${Math.round(rates.sandbox)} requests a second, ${ratio.toFixed(2)} of it (at least ${LEAST_RATIO}); ${failed} failed`,
  );
  console.log(`Prism:   ${Math.round(rates.prism)} requests a second`);
  console.log(
    `memory:  ${memory.map((bytes) => Math.round(bytes / 2 ** 20)).join(", ")} MiB, ${growth.toFixed(2)} times as much at the end (at most ${MOST_GROWTH})`,
  );
  if (ratio < LEAST_RATIO || failed > 0 || growth > MOST_GROWTH) process.exitCode = 1;
}

/**
 * @param {unknown} [_]
 * @param {(text: string) => void} [progress]
 * @returns {Promise<import("./lib/table.mjs").Section & { figures: Record<string, string> }>}
 */
export async function section(_, progress = () => {}) {
  progress("h: the sandbox over HTTP");
  const { rates, failed } = await measure(30);
  progress("h: lives");
  const { rate, spread } = await lives();
  const relative = (/** @type {number} */ one) => (one / rates.bare).toFixed(2);
  const rows = [
    ["bare node:http", number(rates.bare), "1.00"],
    ["the sandbox", number(rates.sandbox), relative(rates.sandbox)],
    ["Prism, a mock", number(rates.prism), relative(rates.prism)],
  ];
  const tables = [
    { title: "Requests of one service, over HTTP", head: ["server", "requests a second", "of bare"], rows },
    {
      title: "Lives of services, in virtual time",
      head: ["", "lives a second"],
      rows: [["create, run, stop, delete, by this client on the sandbox", `${number(rate)} ± ${number(spread)}`]],
    },
  ];
  const ms = (/** @type {number} */ one) => 1_000 / one;
  const compared = [{ what: "a request over HTTP", peer: "Prism", own: ms(rates.sandbox), other: ms(rates.prism), unit: "ms a request" }];
  return {
    name: "h. The sandbox",
    about: `${ABOUT} ${failed} requests failed.`,
    tables,
    compared,
    figures: { ratio: number(rates.sandbox / rates.prism) },
  };
}

const ABOUT = `The served sandbox, Prism as a mock of the same contract, and a bare \`node:http\` server that always sends the same service, in turn, by
autocannon on ${CONNECTIONS} connections. The sandbox keeps state; Prism and the bare server do not. A life: a service is created, awaited until it
runs, stopped and deleted; lives a second of processor time, twenty at once.`;

/** @param {number} seconds */
async function measure(seconds) {
  // Installed apart from the root's tools, which stay few.
  const autocannon = createRequire(new URL("../tests/fidelity/package.json", import.meta.url))("autocannon");
  const bin = fileURLToPath(new URL("../pkg/bin/clickhouse-cloud.js", import.meta.url));
  const sandbox = await begin([bin, "sandbox", "--port", "0", "--rate-limit", "off"], /(export .*\n){4}/);
  const value = (/** @type {string} */ name) => String(sandbox.printed.match(new RegExp(`${name}=(.*)`))?.[1]);
  const key = `${value("CLICKHOUSE_CLOUD_API_KEY")}:${value("CLICKHOUSE_CLOUD_API_SECRET")}`;
  const headers = { authorization: `Basic ${Buffer.from(key).toString("base64")}` };
  const services = `${value("CLICKHOUSE_API_URL")}/v1/organizations/${value("CLICKHOUSE_ORG_ID")}/services`;
  const create = { method: "POST", headers, body: JSON.stringify({ name: "bench", provider: "aws", region: "eu-west-1" }) };
  const { result } = await (await fetch(services, create)).json();
  const url = `${services}/${result.service.id}`;
  const said = await (await fetch(url, { headers })).text();
  const bare = await begin([fileURLToPath(import.meta.url), "--bare", said], /http.*\n/);
  const prism = await mock();

  const rates = { bare: 0, sandbox: 0, prism: 0 };
  /** @type {number[]} */
  const memory = [];
  let failed = 0;
  const shoot = async (/** @type {string} */ target, /** @type {number} */ duration) => {
    const { errors, non2xx, timeouts, requests } = await autocannon({ url: target, headers, connections: CONNECTIONS, duration });
    failed += errors + non2xx + timeouts;
    return requests.total / duration;
  };
  try {
    // A first round is not counted: it compiles both and fills the ledger.
    for (const target of [bare.printed.trim(), url, prism.url]) await shoot(target, 3);
    const duration = Math.max(1, Math.round(seconds / TURNS / 3));
    for (let turn = 0; turn < TURNS; turn += 1) {
      rates.bare += (await shoot(bare.printed.trim(), duration)) / TURNS;
      rates.sandbox += (await shoot(url, duration)) / TURNS;
      rates.prism += (await shoot(prism.url, duration)) / TURNS;
      memory.push(resident(Number(sandbox.child.pid)));
    }
  } finally {
    sandbox.child.kill();
    bare.child.kill();
    prism.child.kill();
  }
  const third = TURNS / 3;
  const growth = Math.max(...memory.slice(-third)) / Math.max(...memory.slice(0, third));
  const ratio = rates.sandbox / rates.bare;
  return { rates, memory, failed, ratio, growth };
}

/** Starts Prism as a mock of the contract, and waits until it serves. Its log is off, as the sandbox's. */
async function mock() {
  const prism = fileURLToPath(new URL("../tests/fidelity/node_modules/@stoplight/prism-cli/dist/index.js", import.meta.url));
  const contract = fileURLToPath(new URL("../pkg/dist/openapi.json", import.meta.url));
  const port = await freePort();
  const args = [prism, "mock", contract, "--host", "127.0.0.1", "--port", String(port), "--verboseLevel", "silent"];
  const child = spawn(process.execPath, args, { stdio: "ignore" });
  const id = "0c7ba33b-3057-4ab0-8ebd-000000000001";
  const url = `http://127.0.0.1:${port}/v1/organizations/${id}/services/${id}`;
  const headers = { authorization: `Basic ${btoa("key:secret")}` };
  for (let tries = 0; ; tries += 1) {
    const status = await fetch(url, { headers }).then(
      (response) => response.status,
      () => 0,
    );
    if (status === 200) return { child, url };
    if (tries > 300 || child.exitCode !== null) throw new Error(`Prism does not serve: status ${status}`);
    await sleep(100);
  }
}

/** A port that nothing listens on. @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
      server.close(() => resolve(port));
    });
  });
}

/**
 * Starts a program of Node, and waits for a line of its output.
 *
 * @param {string[]} args
 * @param {RegExp} pattern
 */
async function begin(args, pattern) {
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  let printed = "";
  for await (const text of child.stdout.setEncoding("utf8").iterator({ destroyOnReturn: false })) {
    printed += text;
    if (pattern.test(printed)) break;
  }
  child.stdout.resume();
  return { child, printed };
}

/**
 * The resident memory in bytes, from Linux.
 *
 * @param {number} pid
 */
function resident(pid) {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) * 1024;
}
