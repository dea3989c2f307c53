// @ts-check
// Writes what the official document has in the contract's short form, with TODO where words are missing.
import { stringify } from "yaml";
import { refName } from "../drift/schema.mjs";

/** @import { Json } from "../drift/schema.mjs" */

const WIDTH = 140;

/** Keywords that the compiler reads; everything else of the official document is left out. */
const KEYWORDS = [
  ...["type", "format", "enum", "const", "pattern", "minLength", "maxLength", "minimum", "maximum", "exclusiveMinimum", "multipleOf"],
  ...["minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties", "additionalProperties", "default", "deprecated"],
  ...["required", "properties", "items", "oneOf", "anyOf", "allOf"],
];

/** Names of values that may not be shown. */
const SECRET = /secret|passw|token|credential|privatekey|accesskey|apikey|hash|connectionstring|uploadurl|certificate|uri$/i;

/** A value on one line, with spaces inside of braces and none inside of brackets. @param {unknown} value @returns {string} */
export function inline(value) {
  if (Array.isArray(value)) return `[${value.map(inline).join(", ")}]`;
  if (typeof value === "object" && value !== null)
    return `{ ${Object.entries(value)
      .map(([name, one]) => `${inline(name)}: ${inline(one)}`)
      .join(", ")} }`;
  return stringify([value], { collectionStyle: "flow", lineWidth: 0, flowCollectionPadding: false }).trim().slice(1, -1);
}

/**
 * A member on lines of its own: on one line where that is short enough and holds no properties.
 *
 * @param {string} name
 * @param {any} value
 * @param {string} indent
 * @returns {string[]}
 */
export function lines(name, value, indent) {
  const key = inline(name);
  if (typeof value !== "object" || value === null) return [`${indent}${key}: ${stringify(value, { lineWidth: 0 }).trim()}`];
  const short = `${indent}${key}: ${inline(value)}`;
  const isMap = !Array.isArray(value);
  if (short.length <= WIDTH && !(isMap && ("properties" in value || name === "query"))) return [short];
  if (isMap) return [`${indent}${key}:`, ...Object.entries(value).flatMap(([name, member]) => lines(name, member, `${indent}  `))];
  return [
    `${indent}${key}:`,
    ...stringify(value, { lineWidth: 0 })
      .trim()
      .split("\n")
      .map((line) => `${indent}  ${line}`),
  ];
}

/**
 * A schema in the short form.
 *
 * @param {string} name of the property or schema, by which a secret is guessed
 * @param {Json} schema
 * @param {{ direction: "request" | "response", named: (name: string) => string, words?: boolean }} options `named` gives the
 *   contract's name for a schema of the document; `words`: it needs a description
 * @returns {Json}
 */
export function short(name, schema, options) {
  const inner = { ...options, words: false };
  /** @type {Json} */
  const out = {};
  const target = refName(schema);
  if (target !== undefined) {
    out.$ref = options.named(target);
    if (schema.nullable === true) out.nullable = true;
    if (schema.deprecated === true) out.deprecated = true;
  } else
    for (const key of KEYWORDS) {
      const value = schema[key];
      if (value === undefined) continue;
      if (key === "properties")
        out[key] = Object.fromEntries(Object.entries(value).map(([name, one]) => [name, short(name, one, { ...options, words: true })]));
      else if (key === "items" || (key === "additionalProperties" && typeof value === "object")) out[key] = short(name, value, inner);
      else if (["oneOf", "anyOf", "allOf"].includes(key)) out[key] = value.map((/** @type {Json} */ one) => short(name, one, inner));
      // What a result must bring is decided by people; a request is refused without it, says the service.
      else if (key !== "required" || (options.direction === "request" && value.length > 0)) out[key] = value;
    }
  if (schema.nullable === true && typeof out.type === "string") out.type = [out.type, "null"];
  const secret = [out.type].flat().includes("string") && out.enum === undefined && SECRET.test(name);
  if (secret) out["x-secret"] = true;
  if (options.words !== false)
    out.description = secret ? "TODO: say what it is; its name looks like a secret, is it one?" : "TODO: say what it is";
  return out;
}
