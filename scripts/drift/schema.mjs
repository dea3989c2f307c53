// @ts-check
// One reading of a JSON Schema for both sides of a comparison: references followed, `null` set apart, `const` as an enum of one,
// `allOf` joined. Two schemas that say the same in different words read alike.

/** @typedef {Record<string, any>} Json */

/** A schema as it binds. `own` is the keywords of its value, `name` the last reference that led to it. */
/** @typedef {{ own: Json, variants: Json[], nullable: boolean, nullInEnum: boolean, notes: Json, marks: Json[], name?: string }} Reading */

/** What a place says beside a reference, and not the schema behind it. */
const NOTES = ["deprecated", "default"];

/** @param {Json} schema */
export const refName = (schema) => (typeof schema.$ref === "string" ? schema.$ref.slice(schema.$ref.lastIndexOf("/") + 1) : undefined);

/** The enum of an open one, as JSON Schema writes it: the enum, or any text. @param {Json[]} variants */
function openEnum(variants) {
  const [one, ...more] = variants.filter(({ enum: values }) => values !== undefined);
  const rest = variants.filter(({ enum: values }) => values === undefined);
  const isOpen = more.length === 0 && rest.length === 1 && rest[0]?.type === "string" && rest[0].format === undefined;
  return isOpen ? one : undefined;
}

/** @param {Json} schema */
const isNull = (schema) => schema.type === "null";

/**
 * Joins the parts of an `allOf`: each keyword once, all properties, and all patterns.
 *
 * @param {Json} document
 * @param {Json} schema
 */
function joined(document, { allOf, ...rest }) {
  /** @type {Json} */
  const out = { ...rest };
  const patterns = [rest.pattern].filter(Boolean);
  for (const part of allOf) {
    const { own } = readSchema(document, part);
    patterns.push(...[own.pattern].flat().filter(Boolean));
    const properties = { ...out.properties, ...own.properties };
    const required = [...(out.required ?? []), ...(own.required ?? [])];
    Object.assign(out, own);
    if (Object.keys(properties).length > 0) out.properties = properties;
    if (required.length > 0) out.required = required;
  }
  if (rest.type !== undefined) out.type = rest.type;
  if (patterns.length > 0) out.pattern = patterns.length === 1 ? patterns[0] : patterns.sort();
  return out;
}

/** The type of a schema that does not name one. @param {Json} schema */
function typeOf(schema) {
  if (schema.type !== undefined) return schema.type;
  if ("properties" in schema || "additionalProperties" in schema) return "object";
  if (schema.enum?.every((/** @type {unknown} */ value) => typeof value === "string")) return "string";
  if ("items" in schema) return "array";
  return undefined;
}

/**
 * @param {Json} document where the references of the schema lead
 * @param {Json} schema
 * @returns {Reading}
 */
export function readSchema(document, schema) {
  let own = schema;
  /** @type {string | undefined} */
  let name;
  let nullable = false;
  /** @type {Json[]} */
  const marks = [];
  /** @type {Json} */
  const notes = {};
  /** @type {Json[]} */
  let variants = [];
  for (;;) {
    if (own["x-deviation"] !== undefined) marks.push(own["x-deviation"]);
    for (const key of NOTES) if (key in own && !(key in notes) && own[key] !== false) notes[key] = own[key];
    nullable ||= own.nullable === true;
    const alternatives = own.oneOf ?? own.anyOf;
    if (own.$ref !== undefined) {
      name = refName(own);
      const target = document.components?.schemas?.[name ?? ""];
      if (target === undefined) throw new Error(`the document refers to ${own.$ref}, which it does not have`);
      own = target;
    } else if (alternatives !== undefined) {
      variants = alternatives.filter((/** @type {Json} */ one) => !isNull(one));
      nullable ||= variants.length < alternatives.length;
      const one = variants.length === 1 ? variants[0] : openEnum(variants);
      if (one === undefined) break;
      own = /** @type {Json} */ (one);
      variants = [];
    } else break;
  }
  own = own.allOf === undefined ? { ...own } : joined(document, own);
  const types = [typeOf(own)].flat();
  nullable ||= types.includes("null");
  const type = types.filter((one) => one !== "null").sort();
  if (own.const !== undefined) own.enum = [own.const];
  const nullInEnum = own.enum?.includes(null) ?? false;
  if (own.enum !== undefined) own.enum = own.enum.filter((/** @type {unknown} */ value) => value !== null);
  nullable ||= nullInEnum;
  own.type = variants.length > 0 || type[0] === undefined ? undefined : type.join(" or ");
  if (own.additionalProperties === true) delete own.additionalProperties;
  return { own, variants, nullable, nullInEnum, notes, marks, ...(name !== undefined && { name }) };
}

/** A schema in a word or two. @param {Json} document @param {Json} schema @returns {string} */
export function brief(document, schema) {
  const { own, variants, nullable, name } = readSchema(document, schema);
  const text =
    variants.length > 0
      ? (name ?? "one of several")
      : own.type === "array"
        ? `array of ${brief(document, own.items ?? {})}`
        : (own.type ?? "anything");
  return `${text}${nullable ? " or null" : ""}`;
}

/**
 * By what a variant of a union is known: the values that only it can have, its properties and its type; those of its own
 * variants, where it is a union itself.
 *
 * @param {Json} document
 * @param {Json} schema
 * @returns {{ word: string, constants: string, known: Set<string> }}
 */
export function features(document, schema) {
  const { own, variants } = readSchema(document, schema);
  if (variants.length > 0) {
    const parts = variants.map((one) => features(document, one));
    const word = refName(schema) ?? brief(document, schema);
    return {
      word,
      constants: parts.map(({ constants }) => constants).join("; "),
      known: new Set(parts.flatMap(({ known }) => [...known])),
    };
  }
  const members = Object.entries(own.properties ?? {}).map(([name, value]) => ({
    name,
    values: readSchema(document, value).own.enum ?? [],
  }));
  const constants = members.filter(({ values }) => values.length === 1).map(({ name, values }) => `${name}: ${values[0]}`);
  const values = members.flatMap(({ name, values }) => values.map((/** @type {unknown} */ value) => `${name}: ${value}`));
  const known = new Set([
    ...members.map(({ name }) => name),
    ...values,
    ...(own.enum ?? []),
    ...(members.length === 0 ? [`type ${own.type}`] : []),
  ]);
  return { word: constants.sort().join(", ") || brief(document, schema), constants: constants.join(", "), known };
}

/**
 * How much two variants are alike: from 0 to 1 by what they share, and 1 more where the same values tell them from others.
 *
 * @param {ReturnType<typeof features>} a
 * @param {ReturnType<typeof features>} b
 */
export function likeness(a, b) {
  const shared = [...a.known].filter((one) => b.known.has(one)).length;
  const all = new Set([...a.known, ...b.known]).size;
  return (all === 0 ? 0 : shared / all) + (a.constants !== "" && a.constants === b.constants ? 1 : 0);
}

/** @param {unknown} value */
const text = (value) => JSON.stringify(Array.isArray(value) ? value.map((one) => JSON.stringify(one)).sort() : value);

/** Are two values the same? The order of a list does not matter. @param {unknown} a @param {unknown} b */
export const same = (a, b) => text(a) === text(b);
