// @ts-check
// The cost of checking a response: a list through the client against bare JSON.parse of the same bytes.
//
//     node bench/validate.mjs          # exits with 1 if 1,000 or 10,000 services cost more than 1.30 times as much
//
// The package has no export that only checks, so both sides are measured end to end with the same fetch, which resolves at once with
// a Response over the same bytes.
//
//     checked   await cloud.services.list(), with rateLimit: false
//     bare      JSON.parse(new TextDecoder().decode(await (await fetch()).arrayBuffer()))
//
// So the client's side includes the fixed work of a call (building and checking the request, deadlines, hooks): most of the cost at
// 1 service, and nothing at 1,000. Services are about 1 KB each, with 8 properties that the contract does not know.
//
// The two sides alternate, and the order changes each round; the ratio is the median of the rounds' ratios. The measure is the
// processor time of the process, on all its threads, so that other programs do not disturb it. Calls are timed in batches: the
// garbage of one call is collected some calls later, and single calls would charge it to the other side.
import { CloudClient } from "clickhouse-cloud";
import { service as sample } from "./peers/service.mjs";

const LIMIT = 1.3;
const LIMITED = [1_000, 10_000];
const MS_FOR_EACH = 4_000;
const MIN_ROUNDS = 9;
/** About how many services a batch has, and the most calls. */
const BATCH = { services: 10_000, calls: 200 };

/** @param {number} index */
const id = (index) => `0c7ba33b-3057-4ab0-8ebd-${index.toString(16).padStart(12, "0")}`;

/** @param {number} index */
function service(index) {
  const host = `abcdefg${index}.eu-west-1.aws.clickhouse.cloud`;
  return {
    ...sample,
    id: id(index),
    name: `service ${index}`,
    endpoints: [
      { protocol: "https", host, port: 8443, username: "default" },
      { protocol: "nativesecure", host, port: 9440, username: "default" },
    ],
    futureText: "a text that the contract does not know",
    futureNumber: 123.456,
    futureFlag: true,
    futureNothing: null,
    futureList: [1, 2, 3],
    futureObject: { nested: { deep: "yes" } },
    futureId: id(index + 1),
    futureMoment: "2026-08-02T00:00:00Z",
  };
}

/** @param {number} count */
function answerOf(count) {
  const result = Array.from({ length: count }, (_, index) => service(index));
  return new TextEncoder().encode(JSON.stringify({ status: 200, requestId: id(0), result }));
}

/** @param {number[]} values */
function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}

/**
 * The processor time of one call, in milliseconds.
 *
 * @param {() => Promise<{ length: number } | undefined>} run
 * @param {number} count
 */
async function timed(run, count) {
  const times = Math.min(BATCH.calls, Math.ceil(BATCH.services / count));
  /** @type {{ length: number } | undefined} */
  let list = undefined;
  const began = computed();
  for (let time = 0; time < times; time += 1) list = await run();
  const ms = computed() - began;
  if (list?.length !== count) throw new Error(`${list?.length} services instead of ${count}`);
  return ms / times;
}

function computed() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** @param {number} count */
async function measure(count) {
  const bytes = answerOf(count);
  const headers = { "content-type": "application/json" };
  const fetch = async () => new Response(bytes, { headers });
  const cloud = new CloudClient({
    fetch,
    rateLimit: false,
    keyId: "x",
    keySecret: "x",
    organizationId: id(0),
    baseUrl: "https://localhost",
  });
  const checked = () => cloud.services.list();
  const bare = async () => JSON.parse(new TextDecoder().decode(await (await fetch()).arrayBuffer())).result;
  /** @type {{ checked: number[], bare: number[], ratio: number[] }} */
  const taken = { checked: [], bare: [], ratio: [] };
  const both = /** @type {const} */ ([
    ["checked", checked],
    ["bare", bare],
  ]);

  const warm = computed() + MS_FOR_EACH / 4;
  while (computed() < warm) for (const [, run] of both) await timed(run, count);
  const end = computed() + MS_FOR_EACH;
  for (let round = 0; round < MIN_ROUNDS || computed() < end; round += 1) {
    const ms = { checked: 0, bare: 0 };
    for (const [name, run] of round % 2 === 0 ? both : [...both].reverse()) ms[name] = await timed(run, count);
    taken.checked.push(ms.checked);
    taken.bare.push(ms.bare);
    taken.ratio.push(ms.checked / ms.bare);
  }
  const [checkedMs, bareMs, ratio] = [taken.checked, taken.bare, taken.ratio].map(median);
  return { count, bytes: bytes.length, rounds: taken.ratio.length, checked: checkedMs, bare: bareMs, ratio };
}

const row = (/** @type {string[]} */ ...cells) => console.log(cells.map((cell) => cell.padStart(11)).join(""));
const whole = new Intl.NumberFormat("en");
row("services", "bytes", "rounds", "bare ms", "checked ms", "ratio");
let held = true;
for (const count of [1, 20, ...LIMITED]) {
  const result = await measure(count);
  row(
    ...[result.count, result.bytes, result.rounds].map((value) => whole.format(value)),
    ...[result.bare, result.checked].map((ms) => ms.toFixed(3)),
    result.ratio.toFixed(2),
  );
  if (LIMITED.includes(count)) held &&= result.ratio <= LIMIT;
}
console.log(`\n${LIMITED.map(whole.format).join(" and ")} services: at most ${LIMIT} times as long as bare: ${held ? "held" : "not held"}`);
process.exitCode = held ? 0 : 1;
