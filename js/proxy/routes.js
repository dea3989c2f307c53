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

/** The longest first, and of those that are as long the one that leaves least open: no route hides another one. */
const ORDERED = [...ROUTES].sort((a, b) => b.steps.length - a.steps.length || open(a) - open(b));

/** @param {Route} route */
function open({ steps }) {
  return steps.filter((step) => step.startsWith("{")).length;
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
  const first = ORDERED.find((route) => read(route, all, prefix) !== undefined);
  if (first === undefined) throw new Refusal(404, "NOT_FOUND", "the API has no such path");
  return ORDERED.filter(({ steps }) => steps.join("/") === first.steps.join("/"));
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
  const path = read(route, stepsOf(pathname, prefix), prefix) ?? {};
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
 * The arguments in a path; undefined: it is none of this route.
 *
 * @param {Route} route
 * @param {string[]} all
 * @param {string | undefined} prefix
 * @returns {Record<string, string> | undefined}
 */
function read({ steps }, all, prefix) {
  if (prefix === undefined ? all.length < steps.length : all.length !== steps.length) return undefined;
  const given = all.slice(-steps.length);
  if (steps.some((step, index) => (step.startsWith("{") ? given[index] === "" : given[index] !== step))) return undefined;
  try {
    const pairs = steps.map((step, index) => [step.slice(1, -1), decodeURIComponent(given[index] ?? "")]);
    return Object.fromEntries(pairs.filter((_, index) => steps[index]?.startsWith("{")));
  } catch {
    // A percent sign that encodes nothing.
    return undefined;
  }
}

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
