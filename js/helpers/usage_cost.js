// @ts-check
// Usage cost: a range of any length, from as many requests as the service needs. The longest range of one request is the contract's.
import { needRoom } from "../bindings/stack.js";
import { withoutPrototype } from "../bindings/values.js";
import { inSequence, sequenceOptions } from "../calls.js";
import { RequestValidationError } from "../errors.js";
import { RANGES, UsageCostOperations } from "../generated/methods.js";

/**
 * @import { UsageCost, UsageCostGetQuery } from "../generated/schema.js"
 * @import { CallOptions } from "../generated/client_bg.js"
 */

const OPERATION = "usageCost.get";
const DAY_MS = 86_400_000;

/** Costs of the organization by day. */
export class UsageCostResource extends UsageCostOperations {
  /**
   * Reads the costs of a range of any length: like `get`, but in as many requests as the service needs, one after another, inside
   * the rate limit. The result is that of one request: all records in order, and the exact sum of the totals.
   *
   * Rejects like `get`, with the first request that fails, and with a `RequestValidationError` when the last day is before the
   * first.
   *
   * @param {UsageCostGetQuery} query The first and the last day, such as `2026-01-31`, and tags.
   * @param {CallOptions} [options] `signal`, `timeoutMs` (per attempt, in milliseconds) and `headers` of each request.
   * @returns {Promise<UsageCost>}
   */
  async range(query, options) {
    const helper = "usageCost.range";
    const { given } = sequenceOptions(helper, options, "");
    // Read once: its getters may say something else the next time.
    const all = withoutPrototype(query);
    return inSequence(this, helper, given, async ({ call }) => {
      /** @type {UsageCost[]} */
      const parts = [];
      for (const part of chunks(helper, all)) parts.push(await call(OPERATION, { query: { ...all, ...part } }));
      return /** @type {UsageCost} */ ({
        ...parts[0],
        grandTotalCHC: exactSum(parts.map(({ grandTotalCHC }) => grandTotalCHC)),
        costs: parts.flatMap(({ costs }) => costs),
      });
    });
  }
}

/**
 * Splits a range of days into ranges that the service takes. What is no range of days stays one: the call refuses it, with all else
 * that is wrong.
 *
 * @param {string} helper
 * @param {Record<string, any>} query
 */
function chunks(helper, query) {
  const { from, to, days } = RANGES[OPERATION];
  const [first, last] = [dayOf(query[from]), dayOf(query[to])];
  if (first === undefined || last === undefined) return [{}];
  if (last < first) {
    const [expected, received] = [`a day that is not before ${query[from]}`, `"${query[to]}"`];
    const message = `query.${to}: expected ${expected}, received ${received}`;
    const issues = [{ path: ["query", to], code: /** @type {const} */ ("rule"), message, expected, received }];
    throw new RequestValidationError(`${helper}: ${message}`, { issues, operation: OPERATION });
  }
  const parts = [];
  for (let day = first; day <= last; day += days) {
    parts.push({ [from]: textOf(day), [to]: textOf(Math.min(day + days - 1, last)) });
  }
  return parts;
}

/**
 * The number of a day; undefined for anything but a date of the calendar.
 *
 * @param {unknown} text
 */
function dayOf(text) {
  needRoom();
  if (typeof text !== "string" || !/^\d{4}-\d\d-\d\d$/.test(text)) return undefined;
  const day = Date.parse(`${text}T00:00:00Z`) / DAY_MS;
  // Some engines take the 30th of February for a day of March.
  return Number.isNaN(day) || textOf(day) !== text ? undefined : day;
}

/** @param {number} day */
const textOf = (day) => new Date(day * DAY_MS).toISOString().slice(0, 10);

/**
 * Adds numbers as they are written in decimal: 0.1 and 0.2 are 0.3.
 *
 * @param {number[]} numbers
 */
function exactSum(numbers) {
  const parts = numbers.map((number) => {
    const [digits, exponent = "0"] = String(number).split("e");
    const [whole, fraction = ""] = digits.split(".");
    return { units: BigInt(whole + fraction), places: fraction.length - Number(exponent) };
  });
  const places = Math.max(0, ...parts.map((part) => part.places));
  const sum = parts.reduce((total, part) => total + part.units * 10n ** BigInt(places - part.places), 0n);
  return Number(`${sum}e-${places}`);
}
