// @ts-check
// Table a: from the bytes of a list of services to a checked value, beside validators that have equal contracts, in ratios to
// JSON.parse(new TextDecoder().decode(bytes)); and what each says of bad responses.
//
//     npm ci --prefix bench/peers && node bench/validate.mjs          # exits with 1 above the limits
//
// The measure in Node is the processor time of the process, on all its threads, so that other programs do not disturb it. In pages it
// is the time of the page's clock.
import { CloudClient } from "clickhouse-cloud";
import { computed, exposeGc, isProgram } from "./lib/node.mjs";
import { number, print, ratio } from "./lib/table.mjs";
import { listResponse } from "./peers/contract.mjs";
import { validators } from "./peers/validators.mjs";
import { bad, spoken } from "./workloads/bad.mjs";
import { extremes, forms } from "./workloads/services.mjs";
import { measure } from "./workloads/validate.mjs";

/** The most that the whole call may cost, of a list in the contract's order: it has the fixed work of a call in it. */
const LIMIT = 1.3;
const LIMITED = 1_000;

const MS_FOR_EACH = 600;
const PEERS = Object.keys(validators);

/** @typedef {{ form: import("./workloads/services.mjs").Form, row: import("./workloads/validate.mjs").Row }} Measured */

/**
 * @param {import("./lib/pages.mjs").Pages} [pages]
 * @param {(text: string) => void} [progress]
 * @returns {Promise<import("./lib/table.mjs").Section & { held: boolean, figures: Record<string, string> }>}
 */
export async function section(pages, progress = () => {}) {
  exposeGc();
  const contract = listResponse("Service");
  const checks = Object.fromEntries(Object.entries(validators).map(([name, make]) => [name, make(contract)]));
  /** @type {Measured[]} */
  const measured = [];
  for (const form of forms) {
    progress(`a: ${form.count} services, ${form.text}, ${form.order}, ${form.layout}`);
    measured.push({ form, row: await measure(form, CloudClient, checks, { clock: computed, ms: MS_FOR_EACH }) });
  }
  const tables = [table("Node", measured)];
  const compared = comparisons("Node", measured);
  for (const { name, run } of pages?.engines ?? []) {
    progress(`a: ${name}`);
    /** @type {Measured[]} */
    const all = await run("validate", { contract, forms: extremes, ms: 600 });
    tables.push(table(name, all));
    compared.push(...comparisons(name, all));
  }
  progress("a: bad responses");
  tables.push({
    title: "Ten kinds of bad responses, and what is said of each",
    head: ["response", "this client", ...PEERS],
    rows: await Promise.all(bad.map(async (one) => [one.name, ...(await spoken(one, CloudClient, checks))])),
  });
  const held = measured.every(({ form, row }) => form.count < LIMITED || form.order !== "expected" || row.whole <= LIMIT);
  const thousand = measured.find(({ form }) => form.count === 1_000);
  const figures = Object.fromEntries(Object.entries(thousand?.row.ratios ?? {}).map(([name, { ratio }]) => [name, ratio.toFixed(2)]));
  return { name: "a. Validation", about: ABOUT, tables, compared, held, figures };
}

const ABOUT = `From the bytes of a list to a checked value. Every side reads the response of the same \`fetch\`; the peers then decode, parse and
check it, with contracts that are read from \`openapi.json\` and equal to this client's checks of responses. Figures are ratios to
\`JSON.parse(new TextDecoder().decode(bytes))\`, less what the side takes for an empty list. For this client that is the fixed work of
a call, which table c has; "whole call" is with it. Services are about 1 KB each, with 8 properties that the contract does not know.
"Shuffled" gives each service an order of its own.`;

/** @param {string} engine @param {Measured[]} measured @returns {import("./lib/table.mjs").Table} */
function table(engine, measured) {
  return {
    title: engine,
    head: ["services", "text", "order", "layout", "KB", "parse, ms", "this client", ...PEERS, "whole call"],
    rows: measured.map(({ form, row }) => [
      number(form.count),
      ...[form.text, form.order, form.layout],
      ...[number(row.bytes / 1_000), number(row.ms)],
      ...["this client", ...PEERS].map((name) => ratio(row.ratios[name] ?? { ratio: Number.NaN, spread: Number.NaN })),
      row.whole.toFixed(2),
    ]),
  };
}

/** @param {string} engine @param {Measured[]} measured */
const comparisons = (engine, measured) =>
  measured.flatMap(({ form, row }) =>
    PEERS.map((peer) => ({
      what: `${engine}, ${form.count} services, ${form.text}, ${form.order}, ${form.layout}`,
      peer,
      own: row.ratios["this client"]?.ratio ?? Number.NaN,
      other: row.ratios[peer]?.ratio ?? Number.NaN,
      unit: "times JSON.parse",
      spread: (row.ratios["this client"]?.spread ?? 0) + (row.ratios[peer]?.spread ?? 0),
    })),
  );

if (isProgram(import.meta.url)) {
  const result = await section(undefined, (text) => console.error(text));
  print(result);
  console.log(
    `\nlists of ${LIMITED} services and more in the contract's order, whole call: at most ${LIMIT}: ${result.held ? "held" : "not held"}`,
  );
  process.exitCode = result.held ? 0 : 1;
}
