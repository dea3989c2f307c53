// @ts-check
// Compares the contract with another OpenAPI document, from each operation on: operations by method and path, parameters and
// properties by name. Schemas need no common names. The same difference reached from many operations is one difference.
import { operationsOf } from "../document.mjs";
import { brief, features, likeness, readSchema, refName, same } from "./schema.mjs";

/** @import { Json } from "./schema.mjs" */

/**
 * `contract` or `document` is undefined where that side does not have it.
 *
 * @typedef {object} Difference
 * @property {string} place in the contract: `keys.create`, `keys.create ?limit`, `ApiKey.roles[]`
 * @property {string} keyword what differs there: `maxLength`, `required`, `properties.name`, `operation`, …
 * @property {unknown} contract
 * @property {unknown} document
 * @property {"request" | "response"} direction
 * @property {string[]} operations those from which it is reached
 * @property {string} method
 * @property {Json[]} marks the deviations written there
 * @property {{ at: At, contract?: Json, document?: Json, before?: string[] }} [nodes] the schemas themselves, for `make import`
 * @property {Json} [hints] more facts of the place, for rules
 */

/** A place in the contract: a named schema or an operation, and the way from there. */
/** @typedef {{ root: string, schema?: string, steps: string[] }} At */

/** Keywords that bind a value, compared as they are. `nullable`, `deprecated` and `default` belong to the place. */
const KEYWORDS = [
  ...["type", "format", "enum", "pattern", "minLength", "maxLength", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"],
  ...["multipleOf", "minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties"],
];

/** Paths that differ in the names of parameters only are the same. @param {string} path */
const shape = (path) => path.replace(/\{[^}]*\}/g, "{}");

/** @param {At} at @param {...string} steps @returns {At} */
const below = (at, ...steps) => ({ ...at, steps: [...at.steps, ...steps] });

/** `properties.x` reads `.x`, `items` reads `[]`. @param {At} at */
function placeOf({ root, steps }) {
  let out = root;
  for (let index = 0; index < steps.length; index++) {
    const step = steps[index];
    if (step === "properties") out += `.${steps[++index]}`;
    else out += step === "items" ? "[]" : step === "additionalProperties" ? "{}" : `(${step})`;
  }
  return out;
}

/** The success of an operation: its status, its media type and the schema of its content. @param {Json} operation */
function success({ responses = {} }) {
  const status = Object.keys(responses).find((status) => status.startsWith("2"));
  const [media, content] = Object.entries(responses[status ?? ""]?.content ?? {})[0] ?? [];
  return { status, media, schema: /** @type {Json | undefined} */ (content?.schema) };
}

/** Beta, in the contract's word or in the official one. @param {Json} operation */
const maturity = (operation) => [operation["x-maturity"]].flat()[0]?.toLowerCase();

/** @param {Json} contract in full @param {Json} document */
export function compare(contract, document) {
  /** @type {Map<string, Difference>} */
  const found = new Map();
  /** Which schema of the document is which of the contract, by direction and name. @type {Map<string, string>} */
  const pairs = new Map();

  /**
   * @param {{ name: string, method: string, direction: "request" | "response" }} from
   * @param {string} place
   * @param {string} keyword
   * @param {unknown} ours
   * @param {unknown} theirs
   * @param {Partial<Difference>} [more]
   */
  function differ(from, place, keyword, ours, theirs, more = {}) {
    if (same(ours, theirs)) return;
    const key = JSON.stringify([place, keyword, ours, theirs, keyword === "required" && from.direction]);
    const known = found.get(key);
    if (known === undefined) {
      const { direction, method } = from;
      found.set(key, { place, keyword, contract: ours, document: theirs, direction, method, operations: [from.name], marks: [], ...more });
    } else if (!known.operations.includes(from.name)) known.operations.push(from.name);
  }

  /**
   * @param {Parameters<typeof differ>[0]} from
   * @param {At} at
   * @param {Json} ours
   * @param {Json} theirs
   * @param {Set<string>} above pairs of references that led here
   */
  function schemas(from, at, ours, theirs, above) {
    const a = readSchema(contract, ours);
    const b = readSchema(document, theirs);
    const { marks } = a;
    const here = placeOf(at);
    differ(from, here, "nullable", a.nullable, b.nullable, { marks });
    if (a.nullable && b.nullable && a.own.enum && b.own.enum) differ(from, here, "null in enum", a.nullInEnum, b.nullInEnum, { marks });
    for (const key of ["deprecated", "default"]) differ(from, here, key, a.notes[key], b.notes[key], { marks });

    if (a.name !== undefined && b.name !== undefined) {
      const pair = `${a.name} ${b.name}`;
      if (above.has(pair)) return;
      above = new Set([...above, pair]);
      if (!pairs.has(`${from.direction} ${b.name}`)) pairs.set(`${from.direction} ${b.name}`, a.name);
    }
    const inner = a.name === undefined ? at : { root: a.name, schema: a.name, steps: [] };
    const place = placeOf(inner);
    const nodes = { at: inner, contract: a.own, document: b.own };
    const hints = { format: a.own.format, root: inner.steps.length === 0 };
    for (const key of KEYWORDS) differ(from, place, key, a.own[key], b.own[key], { marks, nodes, hints });
    const required = [a, b].map(({ own }) => (own.required?.length > 0 ? [...own.required].sort() : undefined));
    differ(from, place, "required", required[0], required[1], { marks, hints });

    const [mine = {}, other = {}] = [a.own.properties, b.own.properties];
    const names = Object.keys(other);
    for (const [index, name] of names.entries()) {
      const next = below(inner, "properties", name);
      if (name in mine) schemas(from, next, mine[name], other[name], above);
      else {
        const found = { at: inner, document: other[name], before: names.slice(0, index) };
        differ(from, place, `properties.${name}`, undefined, brief(document, other[name]), { marks, nodes: found });
      }
    }
    for (const name of Object.keys(mine).filter((name) => !(name in other))) {
      const own = readSchema(contract, mine[name]);
      differ(from, placeOf(below(inner, "properties", name)), "property", brief(contract, mine[name]), undefined, { marks: own.marks });
    }
    for (const key of ["items", "additionalProperties"]) {
      const [mine, other] = [a.own[key], b.own[key]];
      if (typeof mine === "object" && typeof other === "object") schemas(from, below(inner, key), mine, other, above);
      else
        differ(
          from,
          place,
          key,
          typeof mine === "object" ? brief(contract, mine) : mine,
          typeof other === "object" ? brief(document, other) : other,
          { marks },
        );
    }
    variants(from, inner, a, b, above);
  }

  /**
   * The alternatives of a union: each with the one that is most like it.
   *
   * @param {Parameters<typeof differ>[0]} from
   * @param {At} at
   * @param {import("./schema.mjs").Reading} a
   * @param {import("./schema.mjs").Reading} b
   * @param {Set<string>} above
   */
  function variants(from, at, a, b, above) {
    const mine = a.variants.map((schema) => ({ schema, ...features(contract, schema) }));
    const other = b.variants.map((schema) => ({ schema, ...features(document, schema) }));
    const likely = mine
      .flatMap((one, i) => other.map((two, j) => ({ one, two, apart: Math.abs(i - j), like: likeness(one, two) })))
      .filter(({ like }) => like > 0)
      .sort((a, b) => b.like - a.like || a.apart - b.apart);
    const matched = new Set();
    for (const { one, two } of likely) {
      if (matched.has(one) || matched.has(two)) continue;
      matched.add(one).add(two);
      schemas(from, below(at, one.word), one.schema, two.schema, above);
    }
    const { marks } = a;
    for (const { word } of mine.filter((one) => !matched.has(one)))
      differ(from, placeOf(at), `variant ${word}`, word, undefined, { marks });
    for (const { word } of other.filter((one) => !matched.has(one)))
      differ(from, placeOf(at), `variant ${word}`, undefined, word, { marks });
  }

  /** @param {{ path: string, method: string, operation: Json }} mine @param {{ path: string, method: string, operation: Json }} other */
  function operations(mine, other) {
    const name = String(mine.operation["x-name"]);
    const marks = [mine.operation["x-deviation"]].filter(Boolean);
    const request = { name, method: mine.method, direction: /** @type {const} */ ("request") };
    const response = { ...request, direction: /** @type {const} */ ("response") };
    /** @type {(keyword: string, ours: unknown, theirs: unknown, more?: Partial<Difference>) => void} */
    const differs = (keyword, ours, theirs, more) => differ(request, name, keyword, ours, theirs, { marks, ...more });
    differs("route", `${mine.method.toUpperCase()} ${shape(mine.path)}`, `${other.method.toUpperCase()} ${shape(other.path)}`);
    differs("id", mine.operation.operationId, other.operation.operationId);
    differs("maturity", maturity(mine.operation), maturity(other.operation));
    differs("deprecated", mine.operation.deprecated === true, other.operation.deprecated === true);

    /** @param {Json} root @param {Json} side */
    const parametersOf = (root, side) =>
      [...(root.paths[side.path].parameters ?? []), ...(side.operation.parameters ?? [])]
        .map((one) => (one.$ref === undefined ? one : root.components.parameters[refName(one) ?? ""]))
        .filter((one) => one.in === "path" || one.in === "query");
    const own = parametersOf(contract, mine);
    const given = parametersOf(document, other);
    for (const one of own) {
      const match = given.find((other) => other.in === one.in && other.name === one.name);
      const label = `${one.in === "query" ? "?" : ":"}${one.name}`;
      const { marks } = readSchema(contract, one.schema);
      // A path parameter is described once for many operations.
      const root = one.in === "query" ? `${name} ${label}` : label;
      if (match === undefined) differ(request, `${name} ${label}`, "parameter", brief(contract, one.schema), undefined, { marks });
      else {
        differ(request, root, "required", one.required === true, match.required === true, { marks });
        schemas(request, { root, steps: [] }, one.schema, match.schema ?? {}, new Set());
      }
    }
    for (const one of given.filter((one) => !own.some((other) => other.in === one.in && other.name === one.name))) {
      const label = `${one.in === "query" ? "?" : ":"}${one.name}`;
      differs(`parameter ${label}`, undefined, brief(document, one.schema ?? {}), {
        nodes: { at: { root: name, steps: [] }, document: one },
      });
    }

    const bodies = [mine, other].map(({ operation }) => operation.requestBody);
    const contents = bodies.map((body) => Object.entries(body?.content ?? {})[0]);
    differs("body", bodies[0] && contents[0]?.[0], bodies[1] && contents[1]?.[0]);
    if (contents[0] && contents[1]) {
      differs("body required", bodies[0].required === true, bodies[1].required === true);
      schemas(request, { root: `${name} body`, steps: [] }, contents[0][1].schema, contents[1][1].schema, new Set());
    }

    const [ours, theirs] = [success(mine.operation), success(other.operation)];
    differs("status", ours.status, theirs.status);
    differs("media type", ours.media, theirs.media);
    if (ours.media !== "application/json" || theirs.media !== "application/json") return;
    const envelopes = [
      readSchema(contract, ours.schema ?? {}).own.properties ?? {},
      readSchema(document, theirs.schema ?? {}).own.properties ?? {},
    ];
    const keys = envelopes.map((properties) =>
      Object.keys(properties)
        .filter((key) => key !== "result")
        .sort(),
    );
    differs("envelope", keys[0], keys[1]);
    const [result, official] = envelopes.map(({ result }) => result);
    if (result && official) schemas(response, { root: `${name} result`, steps: [] }, result, official, new Set());
    else
      differs("result", result && brief(contract, result), official && brief(document, official), {
        nodes: { at: { root: name, steps: [] }, document: official },
      });
  }

  const rest = operationsOf(document);
  const left = [];
  /** @param {(other: { path: string, method: string, operation: Json }) => boolean} matches */
  const take = (matches) => {
    const index = rest.findIndex(matches);
    return index < 0 ? undefined : rest.splice(index, 1)[0];
  };
  for (const mine of operationsOf(contract)) {
    const other = take(({ path, method }) => method === mine.method && shape(path) === shape(mine.path));
    if (other === undefined) left.push(mine);
    else operations(mine, other);
  }
  for (const mine of left) {
    const other = take(({ operation }) => operation.operationId === mine.operation.operationId);
    const name = String(mine.operation["x-name"]);
    const from = { name, method: mine.method, direction: /** @type {const} */ ("request") };
    const marks = [mine.operation["x-deviation"]].filter(Boolean);
    if (other === undefined) differ(from, name, "operation", `${mine.method.toUpperCase()} ${mine.path}`, undefined, { marks });
    else operations(mine, other);
  }
  for (const { path, method, operation } of rest) {
    const name = String(operation.operationId ?? `${method.toUpperCase()} ${path}`);
    differ({ name, method, direction: "request" }, name, "operation", undefined, `${method.toUpperCase()} ${path}`, {
      nodes: { at: { root: name, steps: [] }, document: { path, method, operation } },
    });
  }
  return { differences: [...found.values()], pairs };
}
