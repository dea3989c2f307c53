// @ts-check
// Measures sides against each other: they alternate, the order changes each round, and a ratio is the median of the rounds' ratios.
// So load on the machine affects all sides alike. Runs in Node and in pages.

/**
 * @typedef {object} Measured of one side
 * @property {number} ms the median of the rounds
 * @property {number} ratio the median of the rounds' ratios to the first side
 * @property {number} spread half of the range that the middle half of these ratios has
 */

/** @param {number[]} values @param {number} part from 0 to 1 */
function quantile(values, part) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

/** @param {number[]} values */
export const median = (values) => quantile(values, 0.5);

/** Half of the range that the middle half of the values has. @param {number[]} values */
export const spread = (values) => (quantile(values, 0.75) - quantile(values, 0.25)) / 2;

/**
 * Measures sides, each a function that does its work once, by their names.
 *
 * @param {Record<string, () => unknown>} sides the first one is the base of the ratios
 * @param {{ clock: () => number, times: number, ms: number, rounds?: number, warm?: number, collected?: boolean }} options
 *   the clock's milliseconds; how many times a side works in one round; how long all rounds take together, and the least number of
 *   them; rounds before that; whether garbage is collected before each side, where the process can
 * @returns {Promise<Record<string, number[]>>} the milliseconds of one time, round by round
 */
export async function interleave(sides, { clock, times, ms, rounds = 7, warm = 2, collected = false }) {
  const entries = Object.entries(sides);
  const collect = /** @type {{ gc?: (options: object) => void }} */ (globalThis).gc;
  /** @type {Record<string, number[]>} */
  const taken = Object.fromEntries(entries.map(([name]) => [name, []]));
  let end = Number.POSITIVE_INFINITY;
  for (let round = -warm; round < rounds || clock() < end; round += 1) {
    // A page must come to its events between rounds: else its driver finds it dead.
    await new Promise((resolve) => setTimeout(resolve));
    if (round === 0) end = clock() + ms;
    const first = (round + warm) % entries.length;
    for (const [name, run] of [...entries.slice(first), ...entries.slice(0, first)]) {
      // The garbage of one side must not be collected at the cost of the next one. Short ones meet a collection in few rounds.
      if (collected) collect?.({ type: "minor" });
      const began = clock();
      for (let time = 0; time < times; time += 1) await run();
      if (round >= 0) taken[name]?.push((clock() - began) / times);
    }
  }
  return taken;
}

/**
 * Sums up what `interleave` has measured.
 *
 * @param {Record<string, number[]>} taken
 * @returns {Record<string, Measured>}
 */
export function summary(taken) {
  const [base = []] = Object.values(taken);
  return Object.fromEntries(
    Object.entries(taken).map(([name, all]) => {
      const ratios = all.map((ms, round) => ms / (base[round] ?? Number.NaN));
      return [name, { ms: median(all), ratio: median(ratios), spread: spread(ratios) }];
    }),
  );
}
