// @ts-check
// A service in a table, and a clock in which no wait takes time. Each route has a list of responses, of which the last serves for all
// that follow; the client validates each as it does the service's own.
import { CloudClient } from "clickhouse-cloud";
import { ID, json, keys, success } from "./support.mjs";

export const PIPE = "7d3f6b1e-1c52-4a6f-8d0c-5a1b2c3d4e5f";
export const organization = `/v1/organizations/${ID}`;

/**
 * A clock that goes on to the next timer whenever the program has nothing else to do.
 */
export function virtualClock() {
  let now = Date.parse("2026-03-01T00:00:00Z");
  const began = now;
  /** @type {{ at: number, resolve: () => void }[]} */
  const timers = [];
  function pump() {
    const next = timers.sort((left, right) => left.at - right.at).shift();
    if (next === undefined) return;
    now = Math.max(now, next.at);
    next.resolve();
    setImmediate(pump);
  }
  const clock = {
    now: () => now,
    sleep: (/** @type {number} */ ms, /** @type {AbortSignal} */ signal) =>
      new Promise((/** @type {(value?: undefined) => void} */ resolve) => {
        const timer = { at: now + ms, resolve };
        timers.push(timer);
        signal.addEventListener("abort", () => {
          if (timers.includes(timer)) timers.splice(timers.indexOf(timer), 1);
          resolve();
        });
        setImmediate(pump);
      }),
  };
  return { clock, elapsed: () => now - began };
}

/** @typedef {{ method: string, path: string, query: URLSearchParams, body: any, headers: Record<string, string>, init: any, url: string }} Asked */
/** @typedef {unknown | ((asked: Asked) => unknown)} Reply a result, a Response, an error to throw, or a function that gives one */

/** The API's own error. @param {number} status @param {string} error */
export const refusal = (status, error) => json({ status, error, requestId: "r-1" }, { status });
export const gone = () => refusal(404, "NOT_FOUND: there is none");
/** A 404 page of a proxy. */
export const page = () => new Response("<html>404</html>", { status: 404, headers: { "content-type": "text/html" } });
export const broken = () => new TypeError("fetch failed");

/**
 * A client of a table.
 *
 * @param {Record<string, Reply[]>} table by method and path below the organization, or the whole address of another host
 * @param {Record<string, unknown>} [options]
 */
export function tabled(table, options = {}) {
  /** @type {Asked[]} */
  const asked = [];
  /** @type {Map<string, number>} */
  const counts = new Map();
  const { clock, elapsed } = virtualClock();
  const fetch = async (/** @type {string} */ given, /** @type {any} */ init) => {
    const url = new URL(given);
    const own = url.host === "api.clickhouse.cloud";
    const path = own ? url.pathname.replace(organization, "") : url.origin + url.pathname;
    const body = own && typeof init.body === "string" ? JSON.parse(init.body) : init.body;
    const one = { method: init.method, path, query: url.searchParams, body, headers: init.headers, init, url: given };
    asked.push(one);
    const route = `${init.method} ${path}`;
    const replies = table[route];
    if (replies === undefined) return refusal(404, `NOT_FOUND: no route ${route}`);
    const count = counts.get(route) ?? 0;
    counts.set(route, count + 1);
    const reply = replies[Math.min(count, replies.length - 1)];
    const made = typeof reply === "function" ? await reply(one) : reply;
    if (made instanceof Error) throw made;
    return made instanceof Response ? made : success(made);
  };
  const cloud = new CloudClient(/** @type {any} */ ({ ...keys, rateLimit: false, logLevel: "off", fetch, clock, ...options }));
  const routes = () => asked.map(({ method, path, query }) => `${method} ${path}${query.size > 0 ? `?${query}` : ""}`);
  return { cloud, asked, routes, elapsed };
}
