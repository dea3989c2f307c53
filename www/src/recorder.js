// @ts-check
// Keeps the client's requests, as curl commands without secrets.
//
// It sits between the client and the sandbox's fetch. Which operation a request is, is found in the contract that comes
// with the package, so the curl command is the client's own.
import { paths } from "clickhouse-cloud/openapi.json";

/**
 * @typedef {object} Entry
 * @property {string} method
 * @property {string} path
 * @property {number | undefined} status none came when undefined
 * @property {string | undefined} fault the service's own words when it refused
 * @property {string} curl
 * @property {number} count how often the same was read again
 */
/** @typedef {keyof import("clickhouse-cloud").Routes} Route */

const KEPT = 200;
/** @type {Entry[]} the newest first */
const entries = [];
let sent = 0;

/** Dispatches "change"; its detail is the entry that is new or was read again, and how many were sent in all. */
export const log = new EventTarget();

export function clear() {
  entries.length = 0;
}

const templates = Object.keys(paths).map((template) => ({
  template,
  names: [...template.matchAll(/\{(\w+)\}/g)].map(([, name]) => name),
  pattern: new RegExp(`^${template.replace(/\{\w+\}/g, "([^/]+)")}$`),
}));

/**
 * @param {string} method
 * @param {URL} url
 * @param {string | undefined} body
 */
function identify(method, url, body) {
  for (const { template, names, pattern } of templates) {
    const values = pattern.exec(url.pathname)?.slice(1).map(decodeURIComponent);
    if (values === undefined) continue;
    const query = Object.fromEntries([...url.searchParams.keys()].map((name) => [name, url.searchParams.getAll(name)]));
    return {
      route: /** @type {Route} */ (`${method} ${template}`),
      parameters: {
        path: Object.fromEntries(names.map((name, index) => [name, values[index]])),
        ...(Object.keys(query).length > 0 && { query }),
        ...(body !== undefined && { body: JSON.parse(body) }),
      },
    };
  }
  return undefined;
}

/** Reading the same again, with nothing changed in between, counts up the first: waiting reads a lot. */
function record(/** @type {Entry} */ entry) {
  sent += 1;
  for (const earlier of entry.method === "GET" ? entries : []) {
    if (earlier.method !== "GET") break;
    if (earlier.path !== entry.path || earlier.status !== entry.status) continue;
    earlier.count += 1;
    return earlier;
  }
  entries.unshift(entry);
  entries.length = Math.min(entries.length, KEPT);
  return entry;
}

/**
 * @param {(url: string, init: RequestInit) => Promise<Response>} fetch
 * @param {(route: Route, parameters: any) => string} toCurl
 * @returns {(url: string, init: RequestInit) => Promise<Response>}
 */
export const recorded = (fetch, toCurl) => async (address, init) => {
  const url = new URL(address);
  const method = init.method ?? "GET";
  const known = identify(method, url, typeof init.body === "string" ? init.body : undefined);
  const entry = {
    method,
    path: url.pathname + url.search,
    status: /** @type {number | undefined} */ (undefined),
    fault: /** @type {string | undefined} */ (undefined),
    curl: known === undefined ? "" : toCurl(known.route, known.parameters),
    count: 1,
  };
  try {
    const response = await fetch(address, init);
    entry.status = response.status;
    // Only of a refusal: other answers may hold a password.
    if (!response.ok)
      entry.fault = (
        await response
          .clone()
          .json()
          .catch(() => undefined)
      )?.error;
    return response;
  } catch (error) {
    entry.fault = error instanceof Error ? error.message : String(error);
    throw error;
  } finally {
    log.dispatchEvent(new CustomEvent("change", { detail: { entry: record(entry), sent } }));
  }
};
