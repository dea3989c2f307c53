// @ts-check
// From the bytes of a list to a checked value: this client beside validators that have equal contracts. Runs in Node and in pages.
import { interleave, median, spread, summary } from "../lib/measure.mjs";
import { id, response } from "./services.mjs";

/**
 * @typedef {{ services: { list(): Promise<{ length: number }> } }} Client
 * @typedef {{ ms: number, whole: number, ratios: Record<string, { ratio: number, spread: number }>, bytes: number, rounds: number }} Row
 */

const headers = { "content-type": "application/json" };
const decoder = new TextDecoder();
/** How many calls are timed at once: as few as the clock allows, so that the median of many rounds is one without interruptions. */
const times = (/** @type {number} */ count, /** @type {number} */ least) => Math.max(1, Math.ceil((20 / Math.sqrt(count)) * least));

/**
 * Each side reads the response of the same fetch. What a side takes for an empty list is subtracted: that is its fixed work, which
 * for this client is a whole call with its request, deadline and hooks.
 *
 * @param {import("./services.mjs").Form} form
 * @param {new (options: any) => Client} CloudClient
 * @param {Record<string, (value: unknown) => any>} validators
 * @param {{ clock: () => number, ms: number, least?: number }} options `least`: how much more often a coarse clock needs a call
 * @returns {Promise<Row>}
 */
export async function measure(form, CloudClient, validators, { clock, ms, least = 1 }) {
  const bytes = response(form);
  const empty = response({ ...form, count: 0 });
  const { count } = form;
  const full = Object.entries(sides(bytes, count, CloudClient, validators));
  const none = Object.entries(sides(empty, 0, CloudClient, validators)).map(([name, run]) => [`${name}, empty`, run]);
  const taken = await interleave(Object.fromEntries([...full, ...none]), {
    ...{ clock, ms, times: times(count, least), warm: count < 1_000 ? 20 : 1, rounds: 3, collected: count >= 1_000 },
  });
  /** @param {string} name */
  const above = (name) => (taken[name] ?? []).map((one, round) => one - (taken[`${name}, empty`]?.[round] ?? Number.NaN));
  const base = above("bare");
  const ratios = full.map(([name]) => {
    const all = above(name).map((one, round) => one / (base[round] ?? Number.NaN));
    return [name, { ratio: median(all), spread: spread(all) }];
  });
  const whole = summary(taken)["this client"]?.ratio ?? Number.NaN;
  return { ms: median(base), whole, ratios: Object.fromEntries(ratios), bytes: bytes.length, rounds: base.length };
}

/**
 * @param {Uint8Array} bytes
 * @param {number} count
 * @param {new (options: any) => Client} CloudClient
 * @param {Record<string, (value: unknown) => any>} validators
 * @returns {Record<string, () => Promise<void>>}
 */
function sides(bytes, count, CloudClient, validators) {
  const fetch = async () => new Response(/** @type {any} */ (bytes), { headers });
  const cloud = new CloudClient(options(fetch));
  const parsed = async () => JSON.parse(decoder.decode(await (await fetch()).arrayBuffer()));
  /** @param {{ length: number }} list */
  const held = (list) => {
    if (list.length !== count) throw new Error(`${list.length} services instead of ${count}`);
  };
  return {
    bare: async () => held((await parsed()).result),
    "this client": async () => held(await cloud.services.list()),
    ...Object.fromEntries(Object.entries(validators).map(([name, check]) => [name, async () => held(check(await parsed()).result)])),
  };
}

/** Of a client of which only the call counts. @param {unknown} fetch */
export const options = (fetch) => ({
  fetch,
  rateLimit: false,
  retryBudgetMs: 0,
  keyId: "x",
  keySecret: "x",
  organizationId: id(0),
  baseUrl: "https://localhost",
  dangerouslyAllowBrowser: true,
});
