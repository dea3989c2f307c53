// @ts-check
// Example values of the contract's schemas: the least that is valid. A test has the client build each example.
import { contract } from "../contract.mjs";
import { fail } from "../tools.mjs";

/** @import { Json } from "../document.mjs" */

/** By format. A secret is `example`: it is never one that works. @type {Record<string, string>} */
const FORMATS = {
  uuid: "5a9db0c5-0000-4000-8000-000000000001",
  "date-time": "2026-01-01T00:00:00Z",
  date: "2026-01-01",
  address: "203.0.113.0/24",
  email: "ada@example.com",
  hostname: "db.example.com",
  uri: "https://example.com",
  sha256: "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
  sha1: "be1bdec0aa74b4dcb079943e70528096cca985f8",
};

/** Texts, of which the first that fits a schema's patterns and lengths is its example. */
const TEXTS = ["example", "Example-password-1", "tag:team=data"];

/** A schema's name, where it refers to one. @param {Json} schema */
export const nameOf = (schema) => (schema.$ref === undefined ? undefined : String(schema.$ref).split("/").at(-1));

/** What a schema refers to, or itself. @param {Json} schema @returns {Json} */
export function resolved(schema) {
  const name = nameOf(schema);
  return name === undefined ? schema : resolved(contract.components.schemas[name] ?? fail(`no schema ${name}`));
}

/** @param {Json} schema */
function text(schema) {
  if (schema.format in FORMATS) return FORMATS[schema.format];
  const patterns = [schema, ...(schema.allOf ?? [])].flatMap(({ pattern }) => (pattern === undefined ? [] : [new RegExp(pattern, "u")]));
  const fits = (/** @type {string} */ one) =>
    patterns.every((pattern) => pattern.test(one)) && one.length >= (schema.minLength ?? 0) && one.length <= (schema.maxLength ?? Infinity);
  return TEXTS.find(fits) ?? fail(`no example fits ${JSON.stringify(schema)}: add one to TEXTS of scripts/operations/example.mjs`);
}

/** @param {Json} schema */
function number({ type, minimum = 1, exclusiveMinimum, multipleOf = 1 }) {
  const least = exclusiveMinimum === undefined ? minimum : exclusiveMinimum + (type === "integer" ? 1 : multipleOf);
  return Math.ceil(least / multipleOf) * multipleOf;
}

/** The properties of an object's example. @param {Json} schema @returns {string[]} */
function properties(schema) {
  /** @type {Json[]} */
  const rules = schema["x-rules"] ?? [];
  const names = [...(schema.required ?? [])];
  for (const { atLeastOne } of rules) {
    if (atLeastOne !== undefined && !atLeastOne.some((/** @type {string} */ one) => names.includes(one))) names.push(atLeastOne[0]);
  }
  const first = Object.keys(schema.properties ?? {}).find((name) => !schema.properties[name].deprecated);
  if (names.length === 0 && first !== undefined) names.push(first);
  return Object.keys(schema.properties ?? {}).filter((name) => names.includes(name));
}

/**
 * The least value that a schema allows, and one property where an object needs none.
 *
 * @param {Json} given
 * @returns {unknown}
 */
export function example(given) {
  const schema = resolved(given);
  const types = [schema.type].flat();
  const type = types.find((one) => one === "integer" || one === "number") ?? types.find((one) => one !== "null");
  if ("example" in given || "example" in schema) return given.example ?? schema.example;
  if ("examples" in given || "examples" in schema) return (given.examples ?? schema.examples)[0];
  if ("const" in schema) return schema.const;
  if (schema.enum !== undefined) return schema.enum[0];
  const variants = schema.oneOf ?? schema.anyOf;
  if (variants !== undefined) return example(variants.find((/** @type {Json} */ one) => one.type !== "null"));
  if (type === "array") return [example(schema.items)];
  if (type === "object" || schema.properties !== undefined) {
    const free = schema.additionalProperties;
    if (schema.properties === undefined && schema.minProperties > 0 && free !== undefined) {
      return { example: free === true ? "example" : example(free) };
    }
    return Object.fromEntries(properties(schema).map((name) => [name, example(schema.properties[name])]));
  }
  if (type === "boolean") return true;
  if (type === "integer" || type === "number") return number(schema);
  return text(schema);
}
