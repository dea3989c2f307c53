// @ts-check
// The pages of docs/operations, from the contract: a page a resource, its types with it; types that several pages use on one
// page, and an index. A page that would be too long gives its types to a page beside it.
import { contract, operations } from "../contract.mjs";
import { rangeOf, resultOf } from "../document.mjs";
import { example, nameOf, resolved } from "./example.mjs";
import { cell, named, row, rows, ruleLines, section, table, typeOf } from "./types.mjs";

/** @import { Json } from "../document.mjs" */
/** @typedef {{ path: string, method: string, operation: Json }} Operation */

/** A page with more lines gives its types to another one. */
const MOST_LINES = 1000;
const NOTE = "<!-- Made from contract/ by `make operations`. Do not edit. -->";

/** The error classes of statuses. @type {Record<string, string>} */
const ERRORS = { 400: "BadRequestError", 404: "NotFoundError", 409: "ConflictError", 424: "FailedDependencyError" };

/** @param {string} name such as clickPipes */
const kebab = (name) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** As GitHub makes it of a heading. @param {string} heading */
const anchor = (heading) => `#${heading.toLowerCase().replace(/[^\w-]/g, "")}`;

/** @param {Operation} one */
const nameOfOperation = ({ operation }) => String(operation["x-name"]);

/** @param {Operation} one */
const resourceOf = (one) => nameOfOperation(one).split(".")[0];

/** @param {Operation[]} all @param {(one: Operation) => string} key */
function groupedBy(all, key) {
  /** @type {Map<string, Operation[]>} */
  const groups = new Map();
  for (const one of all) groups.set(key(one), [...(groups.get(key(one)) ?? []), one]);
  return groups;
}

const resources = groupedBy(operations, resourceOf);

/**
 * The parts of an operation: its arguments, and their examples.
 *
 * @param {Operation} one
 */
export function partsOf(one) {
  const { path, method, operation } = one;
  const name = nameOfOperation(one);
  /** @type {Json[]} */
  const parameters = operation.parameters ?? [];
  const inPath = parameters.filter(
    ({ in: where, name: own }) => where === "path" && (own !== "organizationId" || resourceOf(one) === "organizations"),
  );
  const inQuery = parameters.filter((parameter) => parameter.in === "query");
  /** @type {Json | undefined} */
  const body = operation.requestBody?.content["application/json"].schema;
  const success = operation.responses[Object.keys(operation.responses).find((status) => status.startsWith("2")) ?? ""];
  // All that are required, or the first.
  const shown = inQuery.some(({ required }) => required) ? inQuery.filter(({ required }) => required) : inQuery.slice(0, 1);
  return {
    name,
    route: `${method.toUpperCase()} ${path}`,
    inPath,
    inQuery,
    body,
    bodyRequired: operation.requestBody?.required === true,
    query: shown.length === 0 ? undefined : Object.fromEntries(shown.map((parameter) => [parameter.name, example(parameter.schema)])),
    exampleBody: body === undefined ? undefined : example(body),
    method: method.toUpperCase(),
    path,
    // Errors are JSON, where a success is text, too.
    accept: [...new Set([...Object.keys(success?.content ?? {}).slice(0, 1), "application/json"])].join(", "),
  };
}

/** A value as it is written in JavaScript. @param {unknown} value @returns {string} */
function literal(value) {
  const short = inline(value);
  if (short.length <= 90) return short;
  return JSON.stringify(value, null, 2)
    .replace(/^( *)"([A-Za-z_$][\w$]*)":/gm, "$1$2:")
    .replace(/(?<=["\d\]}el])$(?=\n\s*[\]}])/gm, ",");
}

/** On one line. @param {unknown} value @returns {string} */
function inline(value) {
  if (Array.isArray(value)) return `[${value.map(inline).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(
    ([key, inner]) => `${/^[A-Za-z_$][\w$]*$/.test(key) ? key : JSON.stringify(key)}: ${inline(inner)}`,
  );
  return members.length === 0 ? "{}" : `{ ${members.join(", ")} }`;
}

/** The shell's variable for a parameter: SERVICE_ID for serviceId. @param {string} name */
export const variable = (name) =>
  name === "organizationId" ? "CLICKHOUSE_ORG_ID" : name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();

/**
 * The request as a line of curl, as `toCurl()` writes it, but with variables in its path.
 *
 * @param {ReturnType<typeof partsOf>} parts
 */
export function curl({ method, path, query, exampleBody, accept }) {
  const pairs = Object.entries(query ?? {}).flatMap(([name, value]) =>
    [value].flat().map((one) => `${name}=${encodeURIComponent(String(one))}`),
  );
  const url = `$CLICKHOUSE_API_URL${path.replace(/\{(\w+)\}/g, (_, name) => `$${variable(name)}`)}${pairs.length === 0 ? "" : `?${pairs.join("&")}`}`;
  const lines = [
    `curl --fail-with-body -X ${method} "${url}"`,
    '--user "$CLICKHOUSE_CLOUD_API_KEY:$CLICKHOUSE_CLOUD_API_SECRET"',
    `-H 'accept: ${accept}'`,
  ];
  if (exampleBody !== undefined)
    lines.push("-H 'content-type: application/json'", `--data '${JSON.stringify(exampleBody).replaceAll("'", "'\\''")}'`);
  return lines.join(" \\\n  ");
}

/** When a call is repeated by itself. @param {Operation} one */
function repeats({ operation }) {
  const how = operation["x-idempotency"];
  if (how === "safe") return "yes";
  if (how === "unsafe") return "no: a lost response is `ambiguous`";
  if (how.safeWith) return `only with ${how.safeWith.map((/** @type {string} */ name) => `\`${name}\``).join(" or ")} in the body`;
  return `only where ${Object.entries(how.safeWhen)
    .map(([name, values]) => `\`${name}\` is ${values.map((/** @type {string} */ value) => `\`${value}\``).join(" or ")}`)
    .join(" and ")}`;
}

/** The errors that an operation has beside those of every call. @param {Operation} one */
function errors(one) {
  const { inPath, inQuery, body } = partsOf(one);
  const said = Object.keys(ERRORS).filter((status) => new RegExp(`\\b${status}\\b`).test(`${one.operation.description}`));
  const statuses = new Set([...said, ...(inQuery.length > 0 || body ? ["400"] : []), ...(inPath.length > 0 ? ["404"] : [])]);
  const service = [...statuses].sort().map((status) => `\`${ERRORS[status]}\` (${status})`);
  return [...(inPath.length + inQuery.length > 0 || body ? ["`RequestValidationError` before it is sent"] : []), ...service];
}

/** How a method is called: its name and its arguments. @param {ReturnType<typeof partsOf>} parts */
export function signature({ name, inPath, inQuery, body, bodyRequired }) {
  const names = inPath.map((one) => one.name);
  if (inQuery.length > 0) names.push(inQuery.some(({ required }) => required) ? "query" : "query?");
  if (body !== undefined) names.push(bodyRequired ? "body" : "body?");
  return `cloud.${name}(${names.join(", ")})`;
}

/** The result's type. @param {Json} operation @param {import("./types.mjs").Link} link */
function result(operation, link) {
  const schema = resultOf(operation);
  if (schema === undefined) return "nothing";
  return schema === "text" ? "text" : typeOf(schema, link);
}

/**
 * An operation as a section.
 *
 * @param {Operation} one
 * @param {import("./types.mjs").Link} link
 * @param {Set<string>} inlined bodies that stand in their operation
 */
function operationLines(one, link, inlined) {
  const { operation } = one;
  const parts = partsOf(one);
  const call = [
    ...parts.inPath.map(({ name }) => name),
    ...[parts.query, parts.exampleBody].filter((value) => value !== undefined).map(literal),
  ];
  const bodyName = parts.body === undefined ? undefined : nameOf(parts.body);
  const whole = bodyName !== undefined && inlined.has(bodyName);
  const failures = errors(one);
  const body = parts.body === undefined ? {} : resolved(parts.body);
  return [
    "",
    `## ${parts.name}`,
    "",
    `${operation.summary}${operation["x-maturity"] === "beta" ? " **Beta**: it may change without notice." : ""}${operation.deprecated ? " **Deprecated.**" : ""}`,
    ...(operation.description ? ["", String(operation.description).trim()] : []),
    ...(rangeOf(operation) ? ["", rangeOf(operation)] : []),
    "",
    `- Call: \`${signature(parts)}\`${bodyName === undefined ? "" : `, body ${whole ? `\`${bodyName}\`` : typeOf(parts.body ?? {}, link)}`}`,
    `- Result: ${result(operation, link)}`,
    `- Route: \`${parts.route}\``,
    `- Safe to repeat: ${repeats(one)}`,
    ...(failures.length === 0 ? [] : [`- Errors: ${failures.join(", ")}`]),
    ...table("argument", [
      ...parts.inPath.map((parameter) => row(parameter.name, { ...parameter.schema, description: parameter.description }, true, link)),
      ...parts.inQuery.map((parameter) =>
        row(`query.${parameter.name}`, { ...parameter.schema, description: parameter.description }, parameter.required ?? false, link),
      ),
      ...(whole ? rows(body, link, "body.") : []),
    ]),
    ...(whole ? ruleLines(body) : []),
    "",
    "```js",
    `await cloud.${parts.name}(${call.join(", ")});`,
    "```",
    "",
    "```sh",
    curl(parts),
    "```",
  ];
}

/** What operations take and return. @param {Operation[]} all */
const typesOf = (all) => named(all.map(({ operation }) => [operation.parameters, operation.requestBody, resultOf(operation)]));

/**
 * Which groups of operations use a type.
 *
 * @param {Map<string, Operation[]>} groups
 */
function usersOf(groups) {
  /** @type {Map<string, string[]>} */
  const users = new Map();
  for (const [group, own] of groups) {
    for (const name of typesOf(own)) users.set(name, [...(users.get(name) ?? []), group]);
  }
  return users;
}

/** Bodies of one operation alone, which stand there. */
function inlinedBodies() {
  /** @type {Map<string, number>} */
  const uses = new Map();
  JSON.stringify([contract.paths, contract.components.schemas], (key, value) => {
    const name = key === "$ref" ? nameOf({ $ref: value }) : undefined;
    if (name !== undefined) uses.set(name, (uses.get(name) ?? 0) + 1);
    return value;
  });
  const bodies = operations.flatMap((one) => nameOf(partsOf(one).body ?? {}) ?? []);
  return new Set(bodies.filter((name) => uses.get(name) === 1 && contract.components.schemas[name].properties !== undefined));
}

/** The pages, by their names in docs/operations. @returns {Map<string, string>} */
export function pages() {
  const inlined = inlinedBodies();
  const users = usersOf(resources);
  /** The page of each type. @type {Map<string, string>} */
  const homes = new Map();
  for (const [name, by] of users) if (!inlined.has(name)) homes.set(name, by.length > 1 ? "types.md" : `${kebab(by[0])}.md`);
  /** @param {string} file @returns {(name: string) => string} */
  const linking = (file) => (name) => `${homes.get(name) === file ? "" : homes.get(name)}${anchor(name)}`;
  /** @param {string} file */
  const sections = (file) =>
    [...homes]
      .filter(([, home]) => home === file)
      .map(([name]) => name)
      .sort()
      .flatMap((name) => section(name, linking(file)));
  /** @param {string} file @param {string} heading @param {string} words */
  const typesPage = (file, heading, words) => [`# ${heading}`, "", NOTE, "", words, ...sections(file)];
  /** @param {string} from @param {(name: string) => string | undefined} to */
  const move = (from, to) => {
    for (const [name, home] of homes) if (home === from) homes.set(name, to(name) ?? from);
  };

  /** @type {Map<string, string[]>} */
  const made = new Map();
  for (const [resource, own] of resources) {
    const file = `${kebab(resource)}.md`;
    const types = `${kebab(resource)}-types.md`;
    const head = [`# ${resource}`, "", NOTE, "", tagOf(resource), "", "| method | use |", "| --- | --- |", ...own.map(methodRow)];
    const main = () => [...head, ...own.flatMap((one) => operationLines(one, linking(file), inlined))];
    const below = sections(file);
    const whole = [...main(), ...(below.length === 0 ? [] : ["", "## Types", ...below])];
    made.set(file, whole);
    if (whole.length <= MOST_LINES) continue;
    move(file, () => types);
    const words = `They belong to the [operations of ${resource}](${file}).`;
    /** @type {string[]} */
    const parts = [];
    if (sections(types).length > MOST_LINES) {
      // Those that a resource below uses alone.
      const subs = usersOf(groupedBy(own, (one) => nameOfOperation(one).split(".").slice(1, -1).join("-")));
      move(types, (name) => {
        const [sub, ...more] = subs.get(name) ?? [];
        return sub && more.length === 0 ? `${kebab(resource)}-${kebab(sub)}-types.md` : undefined;
      });
      parts.push(...new Set([...homes.values()].filter((home) => home.startsWith(`${kebab(resource)}-`) && home !== types)));
    }
    made.set(file, main());
    made.set(types, typesPage(types, `Types of ${resource}`, words));
    for (const part of parts) {
      const name = own
        .map((one) => nameOfOperation(one).split(".").slice(0, -1))
        .find((steps) => `${steps.map(kebab).join("-")}-types.md` === part);
      made.set(part, typesPage(part, `Types of ${name?.join(".")}`, words));
    }
  }
  made.set("types.md", typesPage("types.md", "Shared types", "Several resources use them."));
  made.set("README.md", index());
  return new Map([...made].map(([name, lines]) => [name, `${lines.join("\n")}\n`]));
}

/** A line of a resource's table. @param {Operation} one */
function methodRow(one) {
  const { summary, deprecated } = one.operation;
  const marks = [...(one.operation["x-maturity"] === "beta" ? ["Beta."] : []), ...(deprecated ? ["Deprecated."] : [])];
  return `| [\`${nameOfOperation(one)}\`](${anchor(nameOfOperation(one))}) | ${cell([summary, ...marks].join(" "))} |`;
}

/** The contract's own words for a resource. @param {string} resource @returns {string} */
const tagOf = (resource) => contract.tags.find((/** @type {Json} */ tag) => tag.name === resource)?.description ?? "";

/** @param {string} resource @param {string} [folder] */
const linked = (resource, folder = "") => `[\`${resource}\`](${folder}${kebab(resource)}.md)`;

/** The table of resources. */
const resourceTable = () => [
  "| resource | purpose | operations |",
  "| --- | --- | --- |",
  ...[...resources].map(([resource, own]) => `| ${linked(resource)} | ${cell(tagOf(resource))} | ${own.length} |`),
];

/** The resources in one line. @param {string} folder of the links */
export const resourceLine = (folder) => `${[...resources.keys()].map((resource) => linked(resource, folder)).join(", ")}.`;

/** The page that leads to all. */
function index() {
  return [
    "# Operations",
    "",
    NOTE,
    "",
    `All ${operations.length} operations of the API, each with its route, arguments, result, errors, a call and a line of curl.`,
    "",
    ...resourceTable(),
    "",
    "[Types](types.md) are those of several resources. [Calling](../calling.md) has the helpers, `request()` and `buildRequest()`.",
    "",
    "## How to read the pages",
    "",
    "- `cloud` is a `CloudClient`. The organization is its own, and is in every path by itself.",
    "- The last argument of each method is `{ signal, timeoutMs, headers }`.",
    "- A property that is not marked as required may be left out of a request, and absent from a result.",
    "- A **secret** is shown in no error and no log.",
    "- *Safe to repeat*: whether the client sends it again when its fate is unknown ([retries](../retries.md)).",
    "- *Errors* are those that the operation has beside those of every call: `AuthenticationError` (401), `PermissionDeniedError` (403),",
    "  `RateLimitError` (429), `ServerError` (5xx), `ConnectionError`, `TimeoutError` and `ResponseValidationError` ([errors](../errors.md)).",
    "- Lines of curl read the variables that the client reads, and that `npx clickhouse-cloud sandbox` prints. Variables such as",
    "  `SERVICE_ID` are yours.",
  ];
}
