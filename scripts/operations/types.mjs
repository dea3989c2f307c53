// @ts-check
// Schemas of the contract as rows and sections of Markdown.
import { contract } from "../contract.mjs";
import { nameOf, resolved } from "./example.mjs";

/** @import { Json } from "../document.mjs" */

/** An enum with more values has a section of its own. */
const INLINE_VALUES = 8;

/** The address of a named schema. @typedef {(name: string) => string} Link */

/** For a cell of a table. @param {string} text */
export const cell = (text) =>
  text
    .trim()
    .replace(/\s*\n\s*/g, " ")
    .replaceAll("|", "\\|");

/** @param {unknown} value */
const code = (value) => `\`${value}\``;

/** The values of an enum as they are read. @param {Json} schema */
function values(schema) {
  const known = schema.enum.map(code).join(", ");
  return schema["x-open-enum"] ? `${known}, or one that is new` : known;
}

/** Whether a schema is shown where it is used, and not under its own name. @param {Json} schema */
const isInline = (schema) =>
  schema.oneOf === undefined &&
  schema.anyOf === undefined &&
  schema.properties === undefined &&
  (schema.enum?.length ?? 0) <= INLINE_VALUES;

/** The limits of a value, in words. @param {Json} schema */
function limits(schema) {
  const { minimum, maximum, exclusiveMinimum, multipleOf, minLength, maxLength, minItems, maxItems, minProperties } = schema;
  /** @param {unknown} least @param {unknown} most @param {string} unit */
  const range = (least, most, unit) => {
    if (least === undefined && most === undefined) return [];
    if (least === undefined) return [`at most ${most}${unit}`];
    return [most === undefined ? `at least ${least}${unit}` : `${least} to ${most}${unit}`];
  };
  return [
    ...range(minimum, maximum, ""),
    ...(exclusiveMinimum === undefined ? [] : [`more than ${exclusiveMinimum}`]),
    ...(multipleOf === undefined ? [] : [`a multiple of ${multipleOf}`]),
    ...range(minLength, maxLength, " characters"),
    ...range(minItems, maxItems, " entries"),
    ...range(minProperties, undefined, minProperties === 1 ? " property" : " properties"),
    ...(schema.uniqueItems ? ["none twice"] : []),
    ...(schema["x-expected"] ? [schema["x-expected"]] : schema.pattern ? [`matches ${code(schema.pattern)}`] : []),
    ...(schema.default === undefined || schema.default === null ? [] : [`default ${code(JSON.stringify(schema.default))}`]),
  ];
}

/**
 * A type, its limits and marks.
 *
 * @param {Json} given
 * @param {Link} link
 * @returns {string}
 */
export function typeOf(given, link) {
  const name = nameOf(given);
  const schema = resolved(given);
  const marks = [...(given["x-secret"] || schema["x-secret"] ? ["**secret**"] : []), ...(given.deprecated ? ["deprecated"] : [])];
  if (name !== undefined && !isInline(schema)) return [`[\`${name}\`](${link(name)})`, ...marks].join(", ");
  return [
    plain({ ...schema, ...(name === undefined ? {} : { default: given.default ?? schema.default }) }, link),
    ...limits(schema),
    ...marks,
  ].join(", ");
}

/**
 * A type without its limits.
 *
 * @param {Json} schema
 * @param {Link} link
 * @returns {string}
 */
function plain(schema, link) {
  const variants = schema.oneOf ?? schema.anyOf;
  if (variants !== undefined) return variants.map((/** @type {Json} */ one) => typeOf(one, link)).join(" or ");
  if ("const" in schema) return code(schema.const);
  if (schema.enum !== undefined) return values(schema);
  const types = [schema.type ?? (schema.properties ? "object" : "any value")].flat();
  return types
    .map((type) => {
      if (type === "array") return `list of ${typeOf(schema.items, link)}`;
      if (type === "object" && typeof schema.additionalProperties === "object")
        return `map of ${typeOf(schema.additionalProperties, link)}`;
      return type === "string" && schema.format !== undefined ? `string (${schema.format})` : type;
    })
    .join(" or ");
}

/**
 * A row: name, type, words.
 *
 * @param {string} name
 * @param {Json} schema
 * @param {boolean} required
 * @param {Link} link
 */
export const row = (name, schema, required, link) =>
  `| \`${name}\`${required ? " (required)" : ""} | ${cell(typeOf(schema, link))} | ${cell(schema.description ?? resolved(schema).description ?? "")} |`;

/**
 * The properties of an object, those of unnamed objects behind a dot.
 *
 * @param {Json} schema
 * @param {Link} link
 * @param {string} [prefix]
 * @returns {string[]}
 */
export function rows(schema, link, prefix = "") {
  return Object.entries(schema.properties ?? {}).flatMap(([name, property]) => [
    row(prefix + name, property, schema.required?.includes(name) ?? false, link),
    ...(property.properties ? rows(property, link, `${prefix}${name}.`) : []),
    ...(property.items?.properties ? rows(property.items, link, `${prefix}${name}[].`) : []),
  ]);
}

/** The rules between properties, in words. @param {Json} schema */
export function rulesOf(schema) {
  /** @param {string[]} names */
  const list = (names) => names.map(code).join(", ");
  /** @type {Json[]} */
  const rules = schema["x-rules"] ?? [];
  const said = rules.map((rule) => {
    if (rule.ordered) return `${code(rule.ordered[0])} is at most ${code(rule.ordered[1])}`;
    if (rule.atMostOne) return `at most one of ${list(rule.atMostOne)}`;
    if (rule.atLeastOne) return `at least one of ${list(rule.atLeastOne)}`;
    if (rule.notAllEmpty) return `not all empty: ${list(rule.notAllEmpty)}`;
    if (rule.absentWhen)
      return `where ${code(rule.absentWhen.property)} is ${code(rule.absentWhen.equals)}, none of ${list(rule.absentWhen.absent)}`;
    if (rule.sameGroup) return `${code(rule.sameGroup[0])} belongs to ${code(rule.sameGroup[1])}`;
    if (rule.equalWhen) {
      const { property, equals, orDiffer, equal } = rule.equalWhen;
      return `where ${code(property)} is ${code(equals)}, or ${list(orDiffer)} differ, ${list(equal)} are equal`;
    }
    return JSON.stringify(rule);
  });
  const together = Object.entries(schema.dependentRequired ?? {}).map(([name, others]) => `${code(name)} needs ${list(others)}`);
  const count = schema.minProperties === undefined ? [] : limits({ minProperties: schema.minProperties });
  return [...count, ...said, ...together];
}

/** A table with a blank line before it. @param {string} head @param {string[]} body */
export const table = (head, body) => (body.length === 0 ? [] : ["", `| ${head} | type | meaning |`, "| --- | --- | --- |", ...body]);

/** The rules of an object as a paragraph. @param {Json} schema */
export function ruleLines(schema) {
  const rules = rulesOf(schema);
  return rules.length === 0 ? [] : ["", `Rules: ${rules.join("; ")}.`];
}

/**
 * A named schema as a section.
 *
 * @param {string} name
 * @param {Link} link
 */
export function section(name, link) {
  const schema = contract.components.schemas[name];
  const lines = ["", `### ${name}`, "", String(schema.description ?? "").trim()];
  const variants = schema.oneOf ?? schema.anyOf;
  if (variants !== undefined) lines.push("", `One of ${variants.map((/** @type {Json} */ one) => typeOf(one, link)).join(", ")}.`);
  else if (schema.enum !== undefined) lines.push("", `One of ${values(schema)}.`);
  else lines.push(...table("property", rows(schema, link)), ...ruleLines(schema));
  return lines;
}

/**
 * The named schemas that have a section: those in a value, and all that they refer to.
 *
 * @param {unknown} value
 * @param {Set<string>} [found]
 */
export function named(value, found = new Set()) {
  if (typeof value !== "object" || value === null) return found;
  const name = "$ref" in value && typeof value.$ref === "string" ? (nameOf(value) ?? "") : "";
  if (name !== "" && !found.has(name)) {
    const schema = contract.components.schemas[name];
    if (!isInline(schema)) found.add(name);
    if (!isInline(schema) || schema.items !== undefined) named(schema, found);
  }
  for (const inner of Object.values(value)) named(inner, found);
  return found;
}
