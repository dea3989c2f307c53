// @ts-check
// Iterates over lists that come in pages. The contract says which lists do, and the names of their parts (`x-pages`); the pages
// after the first are requested only while the caller iterates.
import { get, withoutPrototype } from "./bindings/values.js";
import { ResponseValidationError } from "./errors.js";

/** @import { CloudPromise, WithResponse } from "./generated/client_bg.js" */

/**
 * The names of the parts of a list: of one with a cursor, or of one with an offset.
 *
 * @typedef {{ cursor: string, items: string, next: string[] } | { offset: string, limit: string }} Pages
 */

/**
 * Gives the method that iterates over the items of all pages.
 *
 * @param {CloudPromise<any>} first the first page
 * @param {string} operation
 * @param {Pages} pages
 * @param {() => string[]} query the query of the first page, as names and JSON texts, once its promise has been fulfilled
 * @param {(query: string[]) => CloudPromise<any>} request requests another page
 */
export function iterator(first, operation, pages, query, request) {
  return async function* () {
    const read = "cursor" in pages ? byCursor(pages, query) : byOffset(pages, query);
    for (let page = first; ; ) {
      const response = await page.withResponse();
      const { items, next, repeated } = read(response.data);
      if (repeated !== undefined) throw endless(operation, repeated, response);
      yield* items;
      if (next === undefined) return;
      page = request(changed(query(), next));
    }
  };
}

/**
 * Reads pages that say where the next one begins.
 *
 * @param {Extract<Pages, { cursor: string }>} names
 * @param {() => string[]} query
 */
function byCursor({ cursor, items, next }, query) {
  /** @type {Set<unknown> | undefined} */
  let seen;
  return (/** @type {unknown} */ data) => {
    seen ??= new Set([argumentOf(query(), cursor)]);
    const place = next.reduce((/** @type {unknown} */ inner, name) => get(inner, name), data);
    const list = listOf(get(data, items));
    if (place === undefined || place === null || place === "") return { items: list, next: undefined };
    const repeated = seen.has(place) ? ["result", ...next] : undefined;
    seen.add(place);
    return { items: list, next: withoutPrototype({ [cursor]: place }), repeated };
  };
}

/**
 * Reads pages of which the caller says how many items to skip. The last one is shorter than the others; without a limit of the
 * caller's, only the second page tells how long they are.
 *
 * @param {Extract<Pages, { offset: string }>} names
 * @param {() => string[]} query
 */
function byOffset({ offset, limit }, query) {
  let skipped = 0;
  /** @type {number | undefined} */
  let length;
  let before = "";
  return (/** @type {unknown} */ data) => {
    const list = listOf(data);
    length ??= Number(argumentOf(query(), limit) ?? NaN);
    const isLast = list.length === 0 || list.length < length;
    if (Number.isNaN(length)) length = list.length;
    const text = JSON.stringify(list);
    const repeated = list.length > 0 && text === before ? ["result"] : undefined;
    before = text;
    skipped += list.length;
    const place = Number(argumentOf(query(), offset) ?? 0) + skipped;
    return { items: list, next: isLast ? undefined : withoutPrototype({ [offset]: place }), repeated };
  };
}

/** A page that breaks the contract reaches this only where responses are not validated. @param {unknown} value @returns {unknown[]} */
const listOf = (value) => (Array.isArray(value) ? value : []);

/**
 * The value of a parameter in a query.
 *
 * @param {string[]} query
 * @param {string} name
 */
function argumentOf(query, name) {
  const index = query.findIndex((one, at) => at % 2 === 0 && one === name);
  return index < 0 ? undefined : JSON.parse(query[index + 1]);
}

/**
 * A query with other values.
 *
 * @param {string[]} query
 * @param {Record<string, unknown>} values
 */
function changed(query, values) {
  const names = Object.keys(values);
  const kept = query.filter((_, index) => !names.includes(query[index - (index % 2)]));
  return [...kept, ...names.flatMap((name) => [name, JSON.stringify(values[name])])];
}

/**
 * The error of a list that would have no end.
 *
 * @param {string} operation
 * @param {string[]} path
 * @param {WithResponse<unknown>} response
 */
function endless(operation, path, { data, status, requestId, attempts }) {
  const [expected, received] = ["what no page had before", "the same again"];
  const message = `${path.join(".")}: expected ${expected}, received ${received}`;
  const issues = [{ path, code: /** @type {const} */ ("duplicate"), message, expected, received }];
  const fields = { issues, operation, status, requestId, attempts, attemptLog: [], ambiguous: false };
  return new ResponseValidationError(`${operation}: the list has no end: ${message}`, fields, { text: JSON.stringify(data) });
}
