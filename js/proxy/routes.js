// @ts-check
// Finds the operation of the contract that a request calls, and reads its arguments. The routes are generated from the contract.
import { ROUTES } from "../generated/routes.js";
import { HttpError } from "./responses.js";

/** @import { Route } from "../generated/routes.js" */

/**
 * An operation with its arguments, as read from a request.
 *
 * @typedef {{ route: Route, path: Record<string, string>, query: Record<string, unknown> }} MatchedCall
 */

/**
 * A node of the path tree: its children by fixed segment and by parameter, and the routes that end here.
 *
 * @typedef {{ fixed: Map<string, Node>, any: Node | undefined, routes: Route[] }} Node
 */

/** @returns {Node} */
const node = () => ({ fixed: new Map(), any: undefined, routes: [] });

/** All paths as one tree, so that a lookup takes as many steps as the path has segments. */
const TREE = node();
for (const route of ROUTES) {
  let at = TREE;
  for (const step of route.steps) {
    const next = (step.startsWith("{") ? at.any : at.fixed.get(step)) ?? node();
    if (step.startsWith("{")) at.any = next;
    else at.fixed.set(step, next);
    at = next;
  }
  at.routes.push(route);
}

/**
 * Gives the routes of a path. A fixed segment takes precedence over a parameter.
 *
 * @param {Node} at
 * @param {string[]} steps
 * @param {number} index the index of the next segment
 * @returns {Route[]}
 */
function search(at, steps, index) {
  if (index >= steps.length) return at.routes;
  const step = steps[index] ?? "";
  const fixed = at.fixed.get(step);
  const found = fixed === undefined ? [] : search(fixed, steps, index + 1);
  return found.length > 0 || step === "" || at.any === undefined ? found : search(at.any, steps, index + 1);
}

/** The HTTP methods that call a route: HEAD is accepted wherever GET is. */
const methodsFor = (/** @type {string} */ method) => (method === "GET" ? ["GET", "HEAD"] : [method]);

/**
 * Gives the routes of a path, one for each method. Refuses a path without routes with a 404.
 *
 * @param {string} pathname
 * @param {string | undefined} prefix the path before the route; undefined: any
 * @returns {Route[]}
 */
export function routesAt(pathname, prefix) {
  const all = stepsOf(pathname, prefix);
  // The longest match first, so that no part of a route counts as its prefix.
  const last = prefix === undefined ? all.length : 1;
  for (let start = 0; start < last; start++) {
    const routes = search(TREE, all, start);
    if (routes.length > 0) return routes;
  }
  throw new HttpError(404, "NOT_FOUND", "the API has no such path");
}

/** @param {Route[]} routes */
export const methodsOf = (routes) => routes.flatMap(({ method }) => methodsFor(method)).sort();

/**
 * Gives the operation and the arguments of a request. Refuses an unknown path (404) or method (405).
 *
 * @param {string} method
 * @param {URL} url
 * @param {string | undefined} prefix
 * @returns {MatchedCall}
 */
export function matchCall(method, { pathname, searchParams }, prefix) {
  const routes = routesAt(pathname, prefix);
  const route = routes.find((one) => methodsFor(one.method).includes(method));
  if (route === undefined) {
    const allow = methodsOf(routes).join(", ");
    throw new HttpError(405, "METHOD_NOT_ALLOWED", `the path knows ${allow}`, { allow });
  }
  const path = pathParameters(route, stepsOf(pathname, prefix));
  const names = [...new Set(searchParams.keys())];
  return { route, path, query: Object.fromEntries(names.map((name) => [name, queryValue(route, name, searchParams.getAll(name))])) };
}

/**
 * @param {string} pathname
 * @param {string | undefined} prefix
 */
function stepsOf(pathname, prefix = "") {
  return pathname.startsWith(`${prefix}/`) ? pathname.slice(prefix.length + 1).split("/") : [];
}

/**
 * Reads the path parameters, as texts.
 *
 * @param {Route} route
 * @param {string[]} all
 * @returns {Record<string, string>}
 */
function pathParameters({ steps }, all) {
  const given = all.slice(-steps.length);
  try {
    const pairs = steps.map((step, index) => [step.slice(1, -1), decodeURIComponent(given[index] ?? "")]);
    return Object.fromEntries(pairs.filter((_, index) => steps[index]?.startsWith("{")));
  } catch {
    // An invalid percent encoding.
    throw new HttpError(404, "NOT_FOUND", "the API has no such path");
  }
}

/**
 * Converts path parameters to the types of the contract.
 *
 * @param {Route} route
 * @param {Record<string, string>} texts
 */
export const typedPath = (route, texts) =>
  Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, route.path[name] === "string" ? text : parsedOrText(text)]));

/**
 * Converts a query parameter to the type of the contract. A value of another type, a repeated one, or an unknown parameter is
 * passed on as it is: the client refuses it with an explanation.
 *
 * @param {Route} route
 * @param {string} name
 * @param {string[]} texts
 */
function queryValue({ query }, name, texts) {
  const kind = Object.hasOwn(query, name) ? query[name] : "string";
  const values = texts.map((text) => (kind?.includes("string") ? text : parsedOrText(text)));
  return kind?.startsWith("[") || values.length > 1 ? values : values[0];
}

/** @param {string} text */
function parsedOrText(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
