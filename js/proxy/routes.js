// @ts-check
// Which operation of the contract a request asks for, and with which arguments.
import { ROUTES } from "../generated/routes.js";
import { Refusal } from "./answers.js";

/** @import { Route } from "../generated/routes.js" */

/**
 * What a request asks for.
 *
 * @typedef {{ route: Route, path: Record<string, string>, query: Record<string, unknown> }} Asked
 */

/**
 * Where the steps so far lead: by the next step, or by any step, and the routes that end here.
 *
 * @typedef {{ fixed: Map<string, Node>, any: Node | undefined, routes: Route[] }} Node
 */

/** @returns {Node} */
const node = () => ({ fixed: new Map(), any: undefined, routes: [] });

/** All paths as one tree: a path is found by its steps, whatever the number of routes. */
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
 * The routes of a path; the contract's own step wins over a parameter.
 *
 * @param {Node} at
 * @param {string[]} steps
 * @param {number} index of the next step
 * @returns {Route[]}
 */
function below(at, steps, index) {
  if (index >= steps.length) return at.routes;
  const step = steps[index] ?? "";
  const fixed = at.fixed.get(step);
  const found = fixed === undefined ? [] : below(fixed, steps, index + 1);
  return found.length > 0 || step === "" || at.any === undefined ? found : below(at.any, steps, index + 1);
}

/** The methods of a path, with what they are called by. HEAD is answered wherever GET is. */
const called = (/** @type {string} */ method) => (method === "GET" ? ["GET", "HEAD"] : [method]);

/**
 * The routes that a path has, all with the same steps; where there is none, it is refused.
 *
 * @param {string} pathname
 * @param {string | undefined} prefix undefined: anything may precede
 * @returns {Route[]}
 */
export function routesAt(pathname, prefix) {
  const all = stepsOf(pathname, prefix);
  // The longest first: anything may precede it, but not a part of the route itself.
  const last = prefix === undefined ? all.length : 1;
  for (let start = 0; start < last; start++) {
    const routes = below(TREE, all, start);
    if (routes.length > 0) return routes;
  }
  throw new Refusal(404, "NOT_FOUND", "the API has no such path");
}

/** @param {Route[]} routes */
export const methodsOf = (routes) => routes.flatMap(({ method }) => called(method)).sort();

/**
 * @param {string} method
 * @param {URL} url
 * @param {string | undefined} prefix
 * @returns {Asked}
 */
export function asked(method, { pathname, searchParams }, prefix) {
  const routes = routesAt(pathname, prefix);
  const route = routes.find((one) => called(one.method).includes(method));
  if (route === undefined) {
    const allow = methodsOf(routes).join(", ");
    throw new Refusal(405, "METHOD_NOT_ALLOWED", `the path knows ${allow}`, { allow });
  }
  const path = read(route, stepsOf(pathname, prefix));
  const names = [...new Set(searchParams.keys())];
  return { route, path, query: Object.fromEntries(names.map((name) => [name, value(route, name, searchParams.getAll(name))])) };
}

/**
 * @param {string} pathname
 * @param {string | undefined} prefix
 */
function stepsOf(pathname, prefix = "") {
  return pathname.startsWith(`${prefix}/`) ? pathname.slice(prefix.length + 1).split("/") : [];
}

/**
 * The texts in a path.
 *
 * @param {Route} route
 * @param {string[]} all
 * @returns {Record<string, string>}
 */
function read({ steps }, all) {
  const given = all.slice(-steps.length);
  try {
    const pairs = steps.map((step, index) => [step.slice(1, -1), decodeURIComponent(given[index] ?? "")]);
    return Object.fromEntries(pairs.filter((_, index) => steps[index]?.startsWith("{")));
  } catch {
    // A percent sign that encodes nothing.
    throw new Refusal(404, "NOT_FOUND", "the API has no such path");
  }
}

/**
 * The arguments of a path, each of the type that the contract says.
 *
 * @param {Route} route
 * @param {Record<string, string>} texts
 */
export const pathOf = (route, texts) =>
  Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, route.path[name] === "string" ? text : parsed(text)]));

/**
 * The value of a parameter of the query, of the type that the contract says. What is of another one, comes twice, or is
 * not known stays what it is: the client refuses it, and says why.
 *
 * @param {Route} route
 * @param {string} name
 * @param {string[]} texts
 */
function value({ query }, name, texts) {
  const kind = Object.hasOwn(query, name) ? query[name] : "string";
  const values = texts.map((text) => (kind?.includes("string") ? text : parsed(text)));
  return kind?.startsWith("[") || values.length > 1 ? values : values[0];
}

/** @param {string} text */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
