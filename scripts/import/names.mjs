// @ts-check
// Guesses where a new operation belongs: its file, and its name in the contract. People confirm both with its words.

/** Where most paths begin; the contract's routes omit it. */
const BASE = "/v1/organizations/{organizationId}";

const isParameter = (/** @type {string} */ part) => part.startsWith("{");

/** `click-pipes` and `click_pipes` as a name. @param {string} part */
const camel = (part) =>
  part.replace(/^[A-Z]+/, (start) => start.toLowerCase()).replace(/[^a-zA-Z0-9]+(\w?)/g, (_, letter) => letter.toUpperCase());

/** @param {string} name */
export const kebab = (name) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** @param {string} method @param {string} path */
export function route(method, path) {
  const rest = path.startsWith(`${BASE}/`) ? path.slice(BASE.length) : path === BASE ? "/" : path;
  return `${method.toUpperCase()} ${rest}`;
}

/** @param {string} path */
const parts = (path) =>
  path
    .replace(/^\/v1\/organizations\/\{[^}]*\}/, "")
    .split("/")
    .filter(Boolean);

/**
 * @param {{ path: string, method: string }} operation
 * @param {{ path: string, name: string }[]} known operations, in the contract's order
 * @param {string[]} paths all paths of the document
 * @returns {{ name: string, sibling?: string }} `sibling`: the known operation whose file it shares, behind which it stands
 */
export function nameOf({ path, method }, known, paths) {
  const own = parts(path);
  const shared = (/** @type {string} */ other) => {
    const theirs = parts(other);
    const different = own.findIndex((part, index) => !(isParameter(part) && isParameter(theirs[index] ?? "")) && part !== theirs[index]);
    return own.slice(0, different < 0 ? own.length : different).filter((part) => !isParameter(part)).length;
  };
  const best = Math.max(0, ...known.map((one) => shared(one.path)));
  const siblings = best === 0 ? [] : known.filter((one) => shared(one.path) === best);
  const statics = own.filter((part) => !isParameter(part));
  const last = own.at(-1) ?? "";
  const item = isParameter(last);
  /** Does something else go on at this path? Then its last part is a resource, else an action. */
  const resource =
    item || method !== "post" || statics.length === 1 || paths.some((other) => other !== path && other.startsWith(`${path}/`));
  const verb =
    { get: item ? "get" : "list", post: resource ? "create" : camel(last), put: "replace", patch: "update", delete: "delete" }[method] ??
    method;
  const rest = statics.slice(best, !resource ? -1 : undefined).map(camel);
  const above = siblings[0]?.name.split(".").slice(0, -1) ?? [];
  const levels = [...above, ...rest].slice(0, 2);
  const base = [...(levels.length > 0 ? levels : ["api"]), verb].join(".");
  let name = base;
  for (let count = 2; known.some((one) => one.name === name); count++) name = `${base}${count}`;
  const sibling = siblings.at(-1)?.name;
  return { name, ...(sibling !== undefined && { sibling }) };
}
