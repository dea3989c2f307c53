// @ts-check
// Table g: hashes of passwords beside node:crypto, WebCrypto and @noble/hashes.
//
//     npm ci --prefix bench/peers && node bench/hash.mjs
import { createHash } from "node:crypto";
import * as library from "clickhouse-cloud";
import { interleave, summary } from "./lib/measure.mjs";
import { computed, isProgram } from "./lib/node.mjs";
import { number, print } from "./lib/table.mjs";
import { cases, sides } from "./workloads/hash.mjs";

const MS = 1_000;

/** @param {import("./workloads/hash.mjs").Case} one @returns {Record<string, () => string>} */
const ofNode = ({ text, double }) => ({
  "node:crypto": () =>
    double
      ? createHash("sha1").update(createHash("sha1").update(text).digest()).digest("hex")
      : createHash("sha256").update(text).digest("base64"),
});

/**
 * @param {import("./lib/pages.mjs").Pages} [pages]
 * @param {(text: string) => void} [progress]
 * @returns {Promise<import("./lib/table.mjs").Section>}
 */
export async function section(pages, progress = () => {}) {
  progress("g: Node");
  const measured = [];
  for (const one of cases) {
    const taken = await interleave(sides(one, library, ofNode(one)), { clock: computed, times: one.times, ms: MS });
    measured.push({ engine: "Node", name: one.name, taken });
  }
  for (const { name: engine, run } of pages?.engines ?? []) {
    progress(`g: ${engine}`);
    for (const one of await run("hash", { ms: MS / 2 })) measured.push({ engine, ...one });
  }
  const sidesOf = ["this client", "node:crypto", "WebCrypto", "@noble/hashes"];
  const rows = measured.map(({ engine, name, taken }) => {
    const all = summary(taken);
    const cells = sidesOf.map((side) => {
      const one = all[side];
      if (one === undefined) return "–";
      return side === "this client"
        ? number(one.ms * 1_000)
        : `${number(one.ms * 1_000)} (${one.ratio.toFixed(2)} ± ${one.spread.toFixed(2)})`;
    });
    return [engine, name, ...cells];
  });
  const compared = measured.flatMap(({ engine, name, taken }) => {
    const all = summary(taken);
    const own = (all["this client"]?.ms ?? Number.NaN) * 1_000;
    const others = Object.entries(all).filter(([side]) => side !== "this client");
    return others.map(([peer, { ms }]) => ({ what: `${engine}, ${name}`, peer, own, other: ms * 1_000, unit: "µs" }));
  });
  return {
    name: "g. Hashing",
    about: ABOUT,
    tables: [{ title: "Microseconds of one hash", head: ["", "hash", ...sidesOf], rows }],
    compared,
  };
}

const ABOUT = `Hashes of a password as the API takes them, from a string to a string. In brackets: the ratio to this client, in the same round.
This client and \`@noble/hashes\` hash synchronously, WebCrypto does not.`;

if (isProgram(import.meta.url)) print(await section(undefined, (text) => console.error(text)));
