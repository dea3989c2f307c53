// The contract, as the package ships it: its operations, with their parameters, bodies and results. It loads when a form is first opened.
import { type Field, type Form, formOf, type Json, label, type Schema, type Schemas } from "./model.ts";

export interface Operation {
  /** The name in the client, such as `services.create`. */
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly summary: string;
  readonly description: string | undefined;
  readonly resource: string;
  readonly beta: boolean;
  readonly deprecated: boolean;
  /** Sending it twice has the effect of sending it once. */
  readonly idempotent: boolean;
  readonly pathFields: readonly Field[];
  readonly queryFields: readonly Field[];
  /** Undefined: it takes no body. */
  readonly body: Form | undefined;
  readonly bodyRequired: boolean;
  /** The type of the result, in TypeScript's words. */
  readonly resultType: string;
  /** The form of the result: it tells which of its values are secret. */
  readonly result: Form | undefined;
}

export interface Contract {
  readonly operations: ReadonlyMap<string, Operation>;
  /** The resources in the contract's order, with what they are. */
  readonly resources: readonly { readonly name: string; readonly description: string; readonly operations: readonly Operation[] }[];
}

interface OperationObject {
  readonly "x-name": string;
  readonly "x-maturity"?: string;
  readonly "x-idempotency": Json;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly description?: string;
  readonly deprecated?: boolean;
  readonly parameters?: readonly ParameterObject[];
  readonly requestBody?: { readonly required?: boolean; readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, { readonly schema: Schema }>> }>>;
}

interface ParameterObject {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly deprecated?: boolean;
  readonly description?: string;
  readonly schema: Schema;
}

/** An OpenAPI document, as far as forms are concerned. */
export interface Document {
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, OperationObject>>>>;
  readonly components: { readonly schemas: Schemas };
}

const methods = ["get", "post", "put", "patch", "delete"];

export function contractOf(document: Document): Contract {
  const { schemas } = document.components;
  const operations = new Map<string, Operation>();
  for (const [path, item] of Object.entries(document.paths)) {
    for (const method of methods) {
      const found = item[method];
      if (found !== undefined) operations.set(found["x-name"], operation(method.toUpperCase(), path, found, schemas));
    }
  }
  const all = [...operations.values()];
  return {
    operations,
    resources: document.tags.map(({ name, description }) => ({
      name,
      description,
      operations: all.filter(({ resource }) => resource === name),
    })),
  };
}

function operation(method: string, path: string, found: OperationObject, schemas: Schemas): Operation {
  const fieldsIn = (place: string) => (found.parameters ?? []).filter((each) => each.in === place).map((each) => field(each, schemas));
  const body = Object.values(found.requestBody?.content ?? {})[0]?.schema;
  const response = Object.entries(found.responses).find(([status]) => status.startsWith("2"))?.[1];
  const content = Object.values(response?.content ?? {})[0]?.schema;
  // JSON comes in an envelope; a text does not.
  const result = content?.type === "string" ? content : content?.properties?.result;
  let bodyForm: Form | undefined;
  return {
    name: found["x-name"],
    method,
    path,
    summary: found.summary,
    description: found.description,
    resource: found.tags[0] ?? "",
    beta: found["x-maturity"] === "beta",
    deprecated: found.deprecated ?? false,
    idempotent: found["x-idempotency"] === "safe",
    pathFields: fieldsIn("path"),
    queryFields: fieldsIn("query"),
    get body() {
      return body === undefined ? undefined : (bodyForm ??= formOf(body, schemas));
    },
    bodyRequired: found.requestBody?.required ?? false,
    resultType: result === undefined ? "nothing" : typeName(result),
    get result() {
      return result === undefined ? undefined : formOf(result, schemas);
    },
  };
}

function field(parameter: ParameterObject, schemas: Schemas): Field {
  const { name, required = false, deprecated = false, description, schema } = parameter;
  const form = formOf({ ...schema, ...(description !== undefined && { description }) }, schemas);
  return { name, label: label(name), required, deprecated, form, oneOf: undefined, groupedBy: undefined };
}

function typeName(schema: Schema): string {
  if (schema.$ref !== undefined) return schema.$ref.split("/").pop() ?? "";
  if (schema.type === "array") return `${typeName(schema.items ?? {})}[]`;
  return typeof schema.type === "string" ? schema.type : "object";
}

let loaded: Promise<Contract> | undefined;

export function loadContract(): Promise<Contract> {
  loaded ??= (async () => {
    // An address, not a module: it is data of 600 KB, which the page reads as JSON and never runs.
    const { default: address } = await import("clickhouse-cloud/openapi.json?url");
    const response = await fetch(address);
    if (!response.ok) throw new Error(`the contract did not load: ${response.status}`);
    return contractOf((await response.json()) as Document);
  })();
  // A failure must not stay: the network may come back.
  loaded.catch(() => {
    loaded = undefined;
  });
  return loaded;
}
