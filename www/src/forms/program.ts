// A request as a program in JavaScript, as a user of the package would write it. Secrets come from the environment.
import type { Operation } from "./contract.ts";
import type { Form, Json } from "./model.ts";
import { masked, type Path, type Values } from "./value.ts";

export interface Request {
  readonly path: Values;
  readonly query: Values;
  readonly body: Json | undefined;
}

/** Code that stands for itself in a literal. */
class Code {
  constructor(readonly text: string) {}
}

/** The name of the environment variable for a secret: "secretKey" → SECRET_KEY. */
function variable(path: Path): Code {
  const name = path.filter((step) => typeof step === "string").at(-1) ?? "secret";
  return new Code(
    `process.env.${String(name)
      .replace(/[^A-Za-z0-9]+/g, "_")
      .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
      .toUpperCase()}`,
  );
}

/** The path parameters that a method takes: the client knows its organization, except where the organization is the subject. */
const takesPath = (operation: Operation, name: string) => name !== "organizationId" || operation.resource === "organizations";

export function program(operation: Operation, request: Request): string {
  const used = operation.pathFields.filter(({ name }) => takesPath(operation, name)).map(({ name }) => request.path[name]);
  const rest = [
    ...(operation.body === undefined ? [] : [masked(operation.body, request.body, variable)]),
    ...(operation.queryFields.length === 0 ? [] : [Object.keys(request.query).length === 0 ? undefined : request.query]),
  ];
  while (rest.length > 0 && rest.at(-1) === undefined) rest.pop();
  const call = `cloud.${operation.name}(${[...used, ...rest].map((each) => literal(each)).join(", ")})`;
  const begin = 'import { CloudClient } from "clickhouse-cloud";\n\nconst cloud = new CloudClient();\n';
  return `${begin}${operation.resultType === "nothing" ? "" : "const result = "}await ${call};`;
}

const NAME = /^[A-Za-z_$][\w$]*$/;
const WIDTH = 60;

function literal(value: unknown, indent = ""): string {
  if (value instanceof Code) return value.text;
  if (typeof value !== "object" || value === null) return value === undefined ? "undefined" : JSON.stringify(value);
  const inner = `${indent}  `;
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  const parts = Array.isArray(value)
    ? value.map((item) => literal(item, inner))
    : Object.entries(value).map(([name, item]) => `${NAME.test(name) ? name : JSON.stringify(name)}: ${literal(item, inner)}`);
  if (parts.length === 0) return `${open}${close}`;
  const space = open === "[" ? "" : " ";
  const line = `${open}${space}${parts.join(", ")}${space}${close}`;
  return line.length <= WIDTH && !line.includes("\n")
    ? line
    : `${open}\n${parts.map((part) => `${inner}${part},\n`).join("")}${indent}${close}`;
}

/** The body as JSON, its secrets masked. */
export const bodyText = (form: Form, body: Json | undefined): string =>
  JSON.stringify(
    masked(form, body, () => "••••••••"),
    undefined,
    2,
  ) ?? "";
