// @ts-check
// Table c: what one call costs above raw fetch: services.get through the client, and the same call through openapi-fetch with a zod
// check of the response, the same with p-retry, and through a generated SDK. With a canned response, which isolates the call, and over
// loopback.
//
//     npm ci --prefix bench/peers && node bench/call.mjs
//
// In Node the measure of time is the processor time of the process, which over loopback includes the server: wall-clock time on a busy
// machine is unreliable. Allocated bytes are those of the heap and of buffers outside of it, in a process of its own without a
// collection; the memory of the wasm, which is used again, is not in them.
import { spawnSync } from "node:child_process";
import { createServer } from "node:http";
import { fileURLToPath, pathToFileURL } from "node:url";
import { CloudClient } from "clickhouse-cloud";
import { interleave, median, spread, summary } from "./lib/measure.mjs";
import { computed, isProgram } from "./lib/node.mjs";
import { number, print } from "./lib/table.mjs";
import { response } from "./peers/contract.mjs";
import { bundled } from "./peers/sdk.mjs";
import { body, headers } from "./peers/service.mjs";
import { checked, sides } from "./workloads/call.mjs";

const MS = 2_500;
const TIMES = { canned: 300, loopback: 100 };
/** Calls of which the allocated bytes are counted. */
const COUNTED = 400;
const PROCESSES = 5;

const contract = response("Service");
const sdk = await import(pathToFileURL(await bundled()).href);
const canned = () =>
  sides({ baseUrl: "https://localhost", fetch: async () => new Response(body, { headers }), contract, CloudClient, sdk });

/**
 * @param {import("./lib/pages.mjs").Pages} [pages]
 * @param {(text: string) => void} [progress]
 * @returns {Promise<import("./lib/table.mjs").Section>}
 */
export async function section(pages, progress = () => {}) {
  const server = createServer((_, response) => response.writeHead(200, headers).end(body));
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  const loopback = sides({ baseUrl: `http://127.0.0.1:${port}`, fetch: globalThis.fetch, contract, CloudClient, sdk });
  progress("c: Node, canned");
  const inProcess = await interleave(checked(canned()), { clock: computed, times: TIMES.canned, ms: MS });
  progress("c: Node, loopback");
  const overLoopback = await interleave(checked(loopback), { clock: computed, times: TIMES.loopback, ms: MS });
  server.close();
  server.closeAllConnections();
  progress("c: allocated bytes");
  const bytes = allocated(Object.keys(loopback));
  const measured = [{ engine: "Node", canned: inProcess, loopback: overLoopback }];
  for (const { name, run } of pages?.engines ?? []) {
    progress(`c: ${name}`);
    measured.push({ engine: name, ...(await run("call", { contract, ms: MS / 2 })) });
  }
  const tables = measured.map((all) => table(all, all.engine === "Node" ? bytes : undefined));
  const compared = measured.flatMap(({ engine, ...all }) =>
    /** @type {const} */ (["canned", "loopback"]).flatMap((kind) => comparisons(`${engine}, ${kind}`, all[kind])),
  );
  return { name: "c. One call", about: ABOUT, tables, compared };
}

const ABOUT = `\`services.get\`: microseconds of one call, and above raw \`fetch\` in the same round. "Canned" is a \`fetch\` that resolves at once;
over loopback the time includes the server. This client does more in a call than the others: it checks the request, keeps deadlines,
and can repeat it. Its rate limit is off, since the others have none. Allocated bytes are those of JavaScript's heap and buffers.`;

/** @typedef {Record<string, number[]>} Taken */

/** @param {{ engine: string, canned: Taken, loopback: Taken }} measured @param {Record<string, number>} [bytes] */
function table({ engine, ...measured }, bytes) {
  const cells = (/** @type {Taken} */ taken, /** @type {string} */ name) => {
    const above = differences(taken, name);
    const us = number((summary(taken)[name]?.ms ?? Number.NaN) * 1_000);
    return [us, name === "raw fetch" ? "" : `${number(median(above))} ± ${number(spread(above))}`];
  };
  return {
    title: engine,
    head: ["side", "canned, µs", "above raw fetch", "loopback, µs", "above raw fetch", ...(bytes ? ["KB allocated, canned"] : [])],
    rows: Object.keys(measured.canned).map((name) => [
      name,
      ...cells(measured.canned, name),
      ...cells(measured.loopback, name),
      ...(bytes ? [number((bytes[name] ?? Number.NaN) / 1_000)] : []),
    ]),
  };
}

/** Microseconds above raw fetch, round by round. @param {Taken} taken @param {string} name */
const differences = (taken, name) => (taken[name] ?? []).map((ms, round) => (ms - (taken["raw fetch"]?.[round] ?? Number.NaN)) * 1_000);

/** @param {string} what @param {Taken} taken */
const comparisons = (what, taken) =>
  Object.keys(taken)
    .filter((name) => name !== "raw fetch" && name !== "this client")
    .map((peer) => ({
      ...{ what, peer, unit: "µs above raw fetch" },
      own: median(differences(taken, "this client")),
      other: median(differences(taken, peer)),
      spread: spread(differences(taken, "this client")) + spread(differences(taken, peer)),
    }));

/** The bytes that one call of each side allocates, from processes of their own. @param {string[]} names */
function allocated(names) {
  const flags = ["--expose-gc", "--max-semi-space-size=128", "--min-semi-space-size=128"];
  const program = fileURLToPath(import.meta.url);
  return Object.fromEntries(
    names.map((name) => {
      const all = Array.from({ length: PROCESSES }, () => {
        const { stdout, stderr, status } = spawnSync(process.execPath, [...flags, program, "--allocated", name], { encoding: "utf8" });
        if (status !== 0) throw new Error(stderr);
        return Number(stdout);
      });
      return [name, median(all)];
    }),
  );
}

/** @param {string} name */
async function count(name) {
  const call = checked(canned())[name];
  if (call === undefined) throw new Error(`no side ${name}`);
  const held = () => {
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  };
  for (let time = 0; time < COUNTED * 2; time += 1) await call();
  /** @type {{ gc?: () => void }} */ (globalThis).gc?.();
  const before = held();
  for (let time = 0; time < COUNTED; time += 1) await call();
  console.log((held() - before) / COUNTED);
}

if (isProgram(import.meta.url)) {
  if (process.argv[2] === "--allocated") await count(process.argv[3] ?? "");
  else print(await section());
}
