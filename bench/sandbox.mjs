// @ts-check
// The throughput of the served sandbox, relative to a bare node:http server that always returns the same service. Both use the same
// kind of keep-alive connections and alternate in one run, so that load on the machine affects both.
//
//     node bench/sandbox.mjs [SECONDS]
//
// Fails below a ratio of 0.4, at a response that is no success, and if the memory grows.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const LEAST_RATIO = 0.4;
/** The most bytes that the resident memory may grow from the first third of the run to the last. */
const MOST_GROWTH = 1.1;
const CONNECTIONS = 10;
const TURNS = 6;

if (process.argv[2] === "--bare") {
  const body = process.argv[3];
  const server = createServer((_, response) => {
    response.writeHead(200, { "content-type": "application/json; charset=utf-8", "content-length": Buffer.byteLength(body) });
    response.end(body);
  });
  server.listen(0, "127.0.0.1", () =>
    console.log(`http://127.0.0.1:${/** @type {import("node:net").AddressInfo} */ (server.address()).port}`),
  );
} else {
  await measure(Number(process.argv[2] ?? 60));
}

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

  const rates = { bare: 0, sandbox: 0 };
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
    for (const target of [bare.printed.trim(), url]) await shoot(target, 5);
    const duration = Math.max(1, Math.round(seconds / TURNS / 2));
    for (let turn = 0; turn < TURNS; turn += 1) {
      rates.bare += (await shoot(bare.printed.trim(), duration)) / TURNS;
      rates.sandbox += (await shoot(url, duration)) / TURNS;
      memory.push(resident(Number(sandbox.child.pid)));
    }
  } finally {
    sandbox.child.kill();
    bare.child.kill();
  }
  const third = TURNS / 3;
  const growth = Math.max(...memory.slice(-third)) / Math.max(...memory.slice(0, third));
  const ratio = rates.sandbox / rates.bare;
  console.log(`bare:    ${Math.round(rates.bare)} requests a second`);
  console.log(
    `sandbox: ${Math.round(rates.sandbox)} requests a second, ${ratio.toFixed(2)} of it (at least ${LEAST_RATIO}); ${failed} failed`,
  );
  console.log(
    `memory:  ${memory.map((bytes) => Math.round(bytes / 2 ** 20)).join(", ")} MiB, ${growth.toFixed(2)} times as much at the end (at most ${MOST_GROWTH})`,
  );
  if (ratio < LEAST_RATIO || failed > 0 || growth > MOST_GROWTH) process.exitCode = 1;
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
