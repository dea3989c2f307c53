// @ts-check
// Table b: the time from import to the first response in a fresh process, and from the navigation in a fresh page: services.get through
// the client, through openapi-fetch with a zod check of the response and p-retry, and through a generated SDK. The response is canned.
// The cost of the runtime's own fetch (its Request with a signal, its Response) is measured separately and subtracted.
//
//     npm ci --prefix bench/peers && node bench/cold.mjs [processes of each side]
//
// The sides alternate, and the order changes each round. The figures are the median, and the median of the rounds' differences to
// the bare runtime. It fails above the limit in docs/design/start-up.md.
import { spawnSync } from "node:child_process";
import { fileURLToPath, pathToFileURL } from "node:url";
import { median, spread } from "./lib/measure.mjs";
import { isProgram } from "./lib/node.mjs";
import { number, print } from "./lib/table.mjs";
import { bare, ofClient, ofSdk, ofStack } from "./workloads/cold.mjs";

/** The most milliseconds that the client may take above the bare runtime. */
const MOST_MS = 25;

const PROCESSES = 15;
const PAGES = 7;

/** Each imports its modules only when it is called. @type {Record<string, (given: { contract: any, sdk: string }) => Promise<unknown>>} */
const sides = {
  fetch: bare,
  stack: async ({ contract }) => ofStack(await import("./peers/stack.mjs"), contract),
  sdk: async ({ sdk }) => ofSdk(await import(sdk)),
  client: async () => ofClient(await import("clickhouse-cloud")),
};
const NAMES = /** @type {const} */ ({
  fetch: "bare runtime",
  stack: "openapi-fetch, zod, p-retry",
  sdk: "generated SDK, zod",
  client: "this client",
});
const SIDES = /** @type {(keyof typeof NAMES)[]} */ (Object.keys(NAMES));

/** @typedef {Record<keyof typeof NAMES, number>} Round milliseconds of each side */

/**
 * @param {import("./lib/pages.mjs").Pages} [pages]
 * @param {(text: string) => void} [progress]
 * @param {number} [processes]
 * @returns {Promise<import("./lib/table.mjs").Section & { held: boolean, figures: Record<string, string> }>}
 */
export async function section(pages, progress = () => {}, processes = PROCESSES) {
  // Not in the processes that are measured.
  const { response } = await import("./peers/contract.mjs");
  const { bundled } = await import("./peers/sdk.mjs");
  const given = { contract: response("Service"), sdk: pathToFileURL(await bundled()).href };
  progress("b: processes");
  const program = fileURLToPath(import.meta.url);
  const inProcess = await rounds(processes, async (side) => {
    const { stdout, status, stderr } = spawnSync(process.execPath, [program, "--side", side, JSON.stringify(given)], { encoding: "utf8" });
    if (status !== 0) throw new Error(stderr);
    return Number(stdout);
  });
  const measured = [{ where: "Node, a fresh process", all: inProcess }];
  for (const { name, load } of pages?.engines ?? []) {
    progress(`b: ${name}`);
    // The first page warms what the browser itself loads once.
    for (const side of SIDES) await load(side, given);
    measured.push({ where: `${name}, a fresh page`, all: await rounds(PAGES, (side) => load(side, given)) });
  }
  const compared = measured.flatMap(({ where, all }) =>
    /** @type {const} */ (["stack", "sdk"]).map((peer) => ({
      ...{ what: where, peer: NAMES[peer], unit: "ms above the bare runtime" },
      own: above(all, "client"),
      other: above(all, peer),
    })),
  );
  const tables = [
    {
      title: "Milliseconds to the first response, and above the bare runtime in the same round",
      head: ["", ...SIDES.map((side) => NAMES[side])],
      rows: measured.map(({ where, all }) => [where, ...SIDES.map((side) => cell(all, side))]),
    },
  ];
  const held = above(inProcess, "client") <= MOST_MS;
  const figures = { own: number(above(inProcess, "client")), stack: number(above(inProcess, "stack")) };
  return { name: "b. Cold start", about: ABOUT, tables, compared, held, figures };
}

const ABOUT = `From the import of the first module to the first response of \`services.get\` in a fresh process; in a fresh page from the navigation,
with one minified bundle a side, which is not cached. The response is canned.`;

/** @param {Round[]} all @param {keyof typeof NAMES} side */
const differences = (all, side) => all.map((round) => round[side] - round.fetch);
/** @param {Round[]} all @param {keyof typeof NAMES} side */
const above = (all, side) => median(differences(all, side));

/** @param {Round[]} all @param {keyof typeof NAMES} side */
function cell(all, side) {
  const whole = number(median(all.map((round) => round[side])));
  return side === "fetch" ? whole : `${whole} (${number(above(all, side))} ± ${number(spread(differences(all, side)))} above)`;
}

/** @param {number} count @param {(side: keyof typeof NAMES) => Promise<number>} run */
async function rounds(count, run) {
  /** @type {Round[]} */
  const all = [];
  for (let round = 0; round < count; round += 1) {
    const first = round % SIDES.length;
    /** @type {Partial<Round>} */
    const taken = {};
    for (const side of [...SIDES.slice(first), ...SIDES.slice(0, first)]) taken[side] = await run(side);
    all.push(/** @type {Round} */ (taken));
  }
  return all;
}

if (isProgram(import.meta.url)) {
  const [flag, side = "", given = "{}"] = process.argv.slice(2);
  if (flag === "--side") {
    const began = performance.now();
    await sides[side]?.(JSON.parse(given));
    console.log(performance.now() - began);
  } else {
    const result = await section(undefined, undefined, Number(flag ?? 41));
    print(result);
    console.log(`\nthe client at most ${MOST_MS} ms above the bare runtime: ${result.held ? "held" : "not held"}`);
    process.exitCode = result.held ? 0 : 1;
  }
}
