// Schemas of the contract as models of forms: pure data, whose parts are made when they are first read, since schemas nest deeply.
// What is valid is the client's business: a model only says which controls suit a value.

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/** The keywords of JSON Schema that the contract uses, as far as forms are concerned. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly enum?: readonly Json[];
  readonly const?: Json;
  readonly default?: Json;
  readonly examples?: readonly Json[];
  readonly format?: string;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly multipleOf?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly deprecated?: boolean;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: boolean | Schema;
  readonly items?: Schema;
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly "x-secret"?: boolean;
  readonly "x-enum-groups"?: Readonly<Record<string, string>>;
  readonly "x-rules"?: readonly Readonly<Record<string, unknown>>[];
}

/** The schemas of the contract, by name. */
export type Schemas = Readonly<Record<string, Schema>>;

interface Common {
  /** What it means, as the contract describes it. */
  readonly help: string | undefined;
  /** May be sent as null, which is not the same as absent. */
  readonly nullable: boolean;
  readonly secret: boolean;
  readonly default: Json | undefined;
  readonly example: Json | undefined;
}

export type TextFormat = "text" | "password" | "email" | "url" | "date" | "date-time" | "uuid" | "address" | "lines";

export type Form = Common &
  (
    | { readonly kind: "text"; readonly format: TextFormat; readonly maxLength: number | undefined }
    | {
        readonly kind: "choice";
        readonly options: readonly Json[];
        /** Other texts are permitted, too. */
        readonly open: boolean;
        /** Patterns of the options by group: the regions of each provider. */
        readonly groups: Readonly<Record<string, string>> | undefined;
      }
    | {
        readonly kind: "number";
        readonly integer: boolean;
        readonly min: number | undefined;
        readonly max: number | undefined;
        readonly step: number | undefined;
      }
    | { readonly kind: "boolean" }
    /** Sent as it is wherever its object is sent and requires it. */
    | { readonly kind: "constant"; readonly value: Json }
    | { readonly kind: "object"; readonly fields: readonly Field[] }
    | { readonly kind: "list"; readonly item: Form; readonly minItems: number; readonly maxItems: number | undefined }
    | { readonly kind: "map"; readonly value: Form }
    | { readonly kind: "union"; readonly variants: readonly Variant[] }
    /** Any JSON. */
    | { readonly kind: "json" }
    /** A schema that has no form. The tests see to it that there is none. */
    | { readonly kind: "unknown"; readonly schema: Schema }
  );

export type FormOf<K extends Form["kind"]> = Extract<Form, { kind: K }>;

export interface Field {
  readonly name: string;
  /** The name in words. */
  readonly label: string;
  readonly required: boolean;
  readonly deprecated: boolean;
  readonly form: Form;
  /** The fields of which one is needed, this one among them. */
  readonly oneOf: readonly string[] | undefined;
  /** The field beside it whose value is the group of its options: `provider` for `region`. */
  readonly groupedBy: string | undefined;
}

export interface Variant {
  readonly label: string;
  readonly form: Form;
}

/** "minReplicaMemoryGb" → "Min replica memory GB". */
export function label(name: string): string {
  const words = name
    .replaceAll("_", " ")
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replace(/([A-Z]+)([A-Z][a-z])/g, "$1 $2")
    .toLowerCase()
    .replace(/\b(ids?|ip|gb|url|uri|aws|gcp|sql|arn|tls|ca|cdc|iam|udf|api|msk|gcs|dns|http|vpc|byoc)\b/g, (word) =>
      word === "ids" ? "IDs" : word.toUpperCase(),
    )
    .replace(/\bclick (pipe|stack)/g, (_, kind) => `Click${kind === "pipe" ? "Pipe" : "Stack"}`);
  return words.charAt(0).toUpperCase() + words.slice(1);
}

const nameOf = (schema: Schema): string | undefined => schema.$ref?.split("/").pop();

/** The schema behind a reference; keywords beside the reference win. */
function resolve(schema: Schema, schemas: Schemas): Schema {
  const name = nameOf(schema);
  if (name === undefined) return schema;
  const found = schemas[name];
  if (found === undefined) throw new Error(`the contract has no schema ${name}`);
  const { $ref: _, ...beside } = schema;
  return { ...resolve(found, schemas), ...beside };
}

const isNull = (schema: Schema): boolean => schema.type === "null";

/** Makes the model of a schema. */
export function formOf(given: Schema, schemas: Schemas): Form {
  const schema = resolve(given, schemas);
  const types = typeof schema.type === "string" ? [schema.type] : (schema.type ?? []);
  const alternatives = schema.oneOf ?? schema.anyOf ?? [];
  const named = alternatives.filter((each) => !isNull(resolve(each, schemas)));
  const common: Common = {
    help: schema.description,
    nullable: (types.length > 1 && types.includes("null")) || named.length < alternatives.length,
    secret: schema["x-secret"] === true || schema.format === "password",
    default: schema.default,
    example: schema.examples?.[0],
  };
  if (schema.const !== undefined) return { ...common, kind: "constant", value: schema.const };
  if (named.length > 0) return alternativesOf(schema, named, common, schemas);
  if (schema.enum !== undefined) return choice(schema, schema.enum, false, common);
  // A number among texts can be written as a text.
  if (types.includes("string")) return text(schema, common);
  const [type] = types.filter((each) => each !== "null");
  switch (type) {
    case "integer":
    case "number":
      return {
        ...common,
        kind: "number",
        integer: type === "integer",
        min: schema.minimum ?? (schema.exclusiveMinimum === undefined || type === "number" ? undefined : schema.exclusiveMinimum + 1),
        max: schema.maximum,
        step: schema.multipleOf ?? (type === "integer" ? 1 : undefined),
      };
    case "boolean":
      return { ...common, kind: "boolean" };
    case "array":
      return lazily({ ...common, kind: "list", minItems: schema.minItems ?? 0, maxItems: schema.maxItems }, "item", () =>
        formOf(schema.items ?? {}, schemas),
      );
    case "object":
      return object(schema, common, schemas);
    default:
      return types.includes("null") ? { ...common, kind: "constant", value: null } : { ...common, kind: "unknown", schema: given };
  }
}

/** Adds a property that is computed when it is first read. */
function lazily<T extends object>(target: T, name: string, compute: () => unknown): Form {
  let value: unknown;
  return Object.defineProperty(target, name, { enumerable: true, get: () => (value ??= compute()) }) as unknown as Form;
}

function choice(schema: Schema, options: readonly Json[], open: boolean, common: Common): Form {
  const nullable = common.nullable || options.includes(null);
  return {
    ...common,
    nullable,
    kind: "choice",
    options: options.filter((option) => option !== null),
    open,
    groups: schema["x-enum-groups"],
  };
}

/** Texts of many lines: documents, keys and queries. */
const MANY_LINES = /\bPEM\b|\bJSON\b|\bSQL\b|\bMarkdown\b/;

function text(schema: Schema, common: Common): Form {
  const formats: Record<string, TextFormat> = {
    email: "email",
    uri: "url",
    date: "date",
    "date-time": "date-time",
    uuid: "uuid",
    address: "address",
    hostname: "address",
  };
  const lines = MANY_LINES.test(schema.description ?? "");
  const format = formats[schema.format ?? ""] ?? (lines ? "lines" : common.secret ? "password" : "text");
  return { ...common, kind: "text", format, maxLength: schema.maxLength };
}

function object(schema: Schema, common: Common, schemas: Schemas): Form {
  const { properties, additionalProperties } = schema;
  if (properties === undefined && typeof additionalProperties === "object") {
    return lazily({ ...common, kind: "map" }, "value", () => formOf(additionalProperties, schemas));
  }
  if (properties === undefined && additionalProperties === true) return { ...common, kind: "json" };
  return lazily({ ...common, kind: "object" }, "fields", () => fields(schema, properties ?? {}, schemas));
}

function fields(schema: Schema, properties: Readonly<Record<string, Schema>>, schemas: Schemas): Field[] {
  const groups = new Map<string, string>();
  const oneOf = new Map<string, readonly string[]>();
  for (const { sameGroup, atLeastOne } of schema["x-rules"] ?? []) {
    if (Array.isArray(sameGroup)) groups.set(sameGroup[0], sameGroup[1]);
    if (Array.isArray(atLeastOne)) for (const name of atLeastOne) oneOf.set(name, atLeastOne);
  }
  return Object.entries(properties).map(([name, property]) => ({
    name,
    label: label(name),
    required: schema.required?.includes(name) ?? false,
    deprecated: resolve(property, schemas).deprecated ?? false,
    form: formOf(property, schemas),
    oneOf: oneOf.get(name),
    groupedBy: groups.get(name),
  }));
}

function alternativesOf(schema: Schema, alternatives: readonly Schema[], common: Common, schemas: Schemas): Form {
  const resolved = alternatives.map((each) => resolve(each, schemas));
  const [first, second] = resolved;
  // An open enum: the known values, or any other text.
  if (resolved.length === 2 && first?.enum !== undefined && second?.type === "string" && second.enum === undefined) {
    return choice(schema, first.enum, true, common);
  }
  const [only] = alternatives;
  if (alternatives.length === 1 && only !== undefined) {
    const form = formOf(only, schemas);
    return Object.defineProperties(
      {},
      {
        ...Object.getOwnPropertyDescriptors(form),
        ...Object.getOwnPropertyDescriptors({
          help: common.help ?? form.help,
          nullable: common.nullable || form.nullable,
          secret: common.secret || form.secret,
          default: common.default ?? form.default,
        }),
      },
    ) as Form;
  }
  return lazily({ ...common, kind: "union" }, "variants", () => variants(alternatives, schemas));
}

function variants(alternatives: readonly Schema[], schemas: Schemas): Variant[] {
  const forms = alternatives.map((each) => formOf(each, schemas));
  const labels = constantLabels(forms) ?? shortNames(alternatives) ?? forms.map(({ kind }) => label(kind));
  return forms.map((form, index) => ({ form, label: labels[index] ?? `${index + 1}` }));
}

/** The values of the property that tells the variants apart, such as `displayType`. */
function constantLabels(forms: readonly Form[]): string[] | undefined {
  const all = forms.map(constants);
  for (const name of all[0]?.keys() ?? []) {
    const values = all.map((each) => each.get(name));
    if (values.every((value) => value !== undefined) && new Set(values).size === values.length)
      return values.map((value) => label(String(value)));
  }
  return undefined;
}

/** The properties that have one value in an object, or in all variants of a union. */
export function constants(form: Form): Map<string, Json> {
  if (form.kind === "object") {
    return new Map(
      form.fields.flatMap((field) => (field.form.kind === "constant" && field.required ? [[field.name, field.form.value]] : [])),
    );
  }
  if (form.kind !== "union") return new Map();
  const [first = new Map<string, Json>(), ...others] = form.variants.map((variant) => constants(variant.form));
  return new Map([...first].filter(([name, value]) => others.every((other) => other.get(name) === value)));
}

/** The names of the schemas without the words that all of them share. */
function shortNames(alternatives: readonly Schema[]): string[] | undefined {
  const names = alternatives.map((each) => nameOf(each)?.split(/(?=[A-Z])/) ?? []);
  const least = Math.min(...names.map((name) => name.length)) - 1;
  let start = 0;
  while (start < least && names.every((name) => name[start] === names[0]?.[start])) start += 1;
  let end = 0;
  while (end < least - start && names.every((name) => name.at(-1 - end) === names[0]?.at(-1 - end))) end += 1;
  const short = names.map((name) => label(name.slice(start, name.length - end).join("")));
  return short.every(Boolean) ? short : undefined;
}
