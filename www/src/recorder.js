// @ts-check
// Records the client's requests as curl commands without secrets. It wraps the sandbox's fetch, and finds the operation of a
// request in the packaged contract, so that the client itself can build the curl command.
import { paths } from "clickhouse-cloud/openapi.json";

/**
 * @typedef {object} Entry
 * @property {string} method
 * @property {string} path
 * @property {number | undefined} status the HTTP status; undefined if there was no response
 * @property {string | undefined} fault the API's error text, if it refused the request
 * @property {string} curl
 * @property {number} count the number of equal requests that this entry stands for
 */
/** @typedef {keyof import("clickhouse-cloud").Routes} Route */

const KEPT = 200;
/** The newest first. @type {Entry[]} */
const entries = [];
let sent = 0;

/** Dispatches "change" with the new or repeated entry and the total number of requests as its detail. */
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
 * Finds the route of a request, and reads its parameters; gives undefined for an unknown path.
 *
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

/** Adds an entry. A repeated read, with no change in between, only increments the earlier entry, since waits poll often. */
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
 * Wraps a fetch, and records its requests.
 *
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
    // Only error responses are read: others may hold a password.
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
