// @ts-check
// Phase 8: the contract as TypeScript: one exported type a schema, under its own name and with its description;
// `Routes`, which tells for each operation what goes in and what comes out; and `Schemas`, all types by their names. And
// the names for `schemas`, as JavaScript.
import { join } from "node:path";
import openapiTS, { astToString } from "openapi-typescript";
import ts from "typescript";
import { answerOf, contract, operations } from "../contract.mjs";
import { fail, generated, write } from "../tools.mjs";

/** Set on schemas that say their TypeScript type themselves. */
const TYPE = "x-typescript";

/** @import { Json } from "../contract.mjs" */

/** @type {Json} */
const schemas = contract.components.schemas;
for (const name of ["Routes", "Schemas"]) {
  if (name in schemas) fail(`the contract has a schema ${name}, which is the name of a table of the types`);
}
const names = Object.keys(schemas).sort();

/**
 * Visits a schema, all that stands in it, and all that it refers to.
 *
 * @param {unknown} value
 * @param {(schema: Json) => void} visit
 * @param {Set<unknown>} [seen]
 */
function walk(value, visit, seen = new Set()) {
  if (typeof value !== "object" || value === null || seen.has(value)) return;
  seen.add(value);
  if (!Array.isArray(value)) visit(value);
  for (const inner of Object.values(value)) walk(inner, visit, seen);
  if ("$ref" in value && typeof value.$ref === "string") walk(schemas[value.$ref.split("/").at(-1) ?? ""], visit, seen);
}

/** What requests take, and what is in it. @type {Set<Json>} */
const requested = new Set();
walk(operations.map(({ operation }) => [operation.parameters, operation.requestBody]), (schema) => requested.add(schema));

// The service grows new states and regions. So an enum in the types names all known values, for the editor, and admits
// others; but where a request takes it, and the contract does not call it open, a value that is not named is a mistake.
walk([contract.paths, schemas], (schema) => {
  const closed = requested.has(schema) && schema["x-open"] !== true;
  if (Array.isArray(schema.enum) && schema.enum.every((value) => typeof value === "string") && !closed) {
    schema[TYPE] = [...schema.enum.map((value) => JSON.stringify(value)), "(string & {})"].join(" | ");
  }
});

write(
  join(generated, "names.js"),
  `// Generated from the contract. Behind a name stands an exclamation mark, where requests take it, or a space.
export const names = "${names.map((name) => name + (requested.has(schemas[name]) ? "!" : " ")).join("")}";
`,
);

/**
 * A record of `Routes`: properties that must be there, and those that may be missing.
 *
 * @param {Record<string, { required: boolean, schema: Json }>} properties
 * @returns {Json}
 */
function record(properties) {
  return {
    type: "object",
    properties: Object.fromEntries(Object.entries(properties).map(([name, { schema }]) => [name, schema])),
    required: Object.keys(properties).filter((name) => properties[name].required),
  };
}

/** @param {string} type */
const literally = (type) => ({ [TYPE]: type });

/**
 * @param {Json} operation
 * @param {"path" | "query"} where
 */
function parameters(operation, where) {
  // The organization is the client's own, but where it is what the call is about.
  const ownOrganization = !String(operation["x-name"]).startsWith("organizations.");
  /** @type {Json[]} */
  const own = (operation.parameters ?? []).filter((/** @type {Json} */ parameter) => parameter.in === where);
  const properties = Object.fromEntries(
    own.map(({ name, required = false, schema, description }) => {
      const defaulted = where === "path" && name === "organizationId" && ownOrganization;
      const words = [description?.trim(), defaulted ? "Default: the client's own." : ""].filter(Boolean).join(" ");
      return [name, { required: required && !defaulted, schema: words ? described(schema, words) : schema }];
    }),
  );
  const schema = own.length === 0 ? literally("undefined") : record(properties);
  return { required: Object.values(properties).some((property) => property.required), schema };
}

/**
 * @param {Json} schema
 * @param {string} description
 */
const described = (schema, description) => ("$ref" in schema ? { allOf: [schema], description } : { ...schema, description });

/** @param {string} name */
const reference = (name) => ({ $ref: `#/components/schemas/${name}` });

/** @param {Json} operation */
function body({ requestBody }) {
  if (requestBody === undefined) return { required: false, schema: literally("undefined") };
  return { required: requestBody.required === true, schema: requestBody.content["application/json"].schema };
}

/** @param {Json} operation */
function result(operation) {
  const content = answerOf(operation);
  if (content === undefined) return literally("void");
  const json = content["application/json"];
  if (json === undefined) return literally("string");
  return json.schema.properties?.result ?? literally("void");
}

/** @type {Json} */
const routes = {};
for (const { path, method, operation } of operations) {
  routes[`${method.toUpperCase()} ${path}`] = {
    ...record({
      path: parameters(operation, "path"),
      query: parameters(operation, "query"),
      body: body(operation),
      result: { required: true, schema: result(operation) },
    }),
    description: [operation.summary, operation.description].filter(Boolean).join("\n\n"),
    deprecated: operation.deprecated === true,
  };
}
const ofRequests = new Set(names.filter((name) => requested.has(schemas[name])));
schemas.Routes = {
  type: "object",
  description: "Every operation of the API: what goes in, and what comes out.",
  properties: routes,
  required: Object.keys(routes),
};
schemas.Schemas = {
  type: "object",
  description: "Every type of the contract by its name.",
  properties: Object.fromEntries(
    names.map((name) => {
      const like = ofRequests.has(name) ? "requests" : "answers";
      return [name, described(reference(name), `${schemas[name].description}\n\nIn \`schemas\` it is checked as ${like} are.`)];
    }),
  ),
  required: names,
};

const nodes = await openapiTS(
  { openapi: contract.openapi, info: contract.info, paths: {}, components: { schemas } },
  {
    alphabetize: false,
    // A default is the server's: it may be left out of a request.
    defaultNonNullable: false,
    silent: true,
    transform: (schema) => (TYPE in schema ? parseType(/** @type {Json} */ (schema)[TYPE]) : undefined),
  },
);

/**
 * @param {string} text
 * @returns {ts.TypeNode}
 */
function parseType(text) {
  // Printed as it is: an identifier may hold any text.
  return ts.factory.createTypeReferenceNode(text);
}

const exported = ts.factory.createModifier(ts.SyntaxKind.ExportKeyword);
/** @type {readonly ts.TypeElement[]} */
let members = [];
for (const node of nodes) {
  if (!ts.isInterfaceDeclaration(node) || node.name.text !== "components") continue;
  for (const member of node.members) {
    if (!ts.isPropertySignature(member) || !ts.isIdentifier(member.name) || member.name.text !== "schemas") continue;
    if (member.type && ts.isTypeLiteralNode(member.type)) members = member.type.members;
  }
}
if (members.length === 0) fail("openapi-typescript gave no schemas; has its form changed?");

const UNDEFINED = ts.factory.createKeywordTypeNode(ts.SyntaxKind.UndefinedKeyword);

/**
 * A type of what goes in: its lists may be read only, and what may be left out may be undefined.
 *
 * @template {ts.Node} N
 * @param {N} node
 * @returns {N}
 */
function input(node) {
  /** @type {ts.Node} */
  const seen = ts.visitEachChild(node, input, undefined);
  return /** @type {N} */ (ts.isArrayTypeNode(seen) ? ts.factory.createTypeOperatorNode(ts.SyntaxKind.ReadonlyKeyword, seen) : optional(seen));
}

/** @param {ts.Node} node */
function optional(node) {
  if (!ts.isPropertySignature(node) || !node.questionToken || !node.type) return node;
  const { modifiers, name, questionToken, type } = node;
  if (ts.isTypeReferenceNode(type) && ts.isIdentifier(type.typeName) && type.typeName.text === "undefined") return node;
  return ts.factory.updatePropertySignature(node, modifiers, name, questionToken, ts.factory.createUnionTypeNode([type, UNDEFINED]));
}

/**
 * Routes, of which all but the result goes in.
 *
 * @template {ts.Node} N
 * @param {N} node
 * @returns {N}
 */
function inputOfRoutes(node) {
  if (!ts.isPropertySignature(node) || !ts.isIdentifier(node.name)) return ts.visitEachChild(node, inputOfRoutes, undefined);
  return node.name.text === "result" ? node : input(node);
}

// `components["schemas"]["Service"]` is how a generator speaks; here it is `Service`.
const declarations = members.map((member) => {
  if (!ts.isPropertySignature(member) || member.type === undefined || !ts.isIdentifier(member.name)) {
    return fail("openapi-typescript gave a schema in an unknown form");
  }
  const name = member.name.text;
  const shape = name === "Routes" ? inputOfRoutes(member.type) : ofRequests.has(name) ? input(member.type) : member.type;
  const type = ts.isTypeLiteralNode(shape)
    ? ts.factory.createInterfaceDeclaration([exported], name, undefined, undefined, shape.members)
    : ts.factory.createTypeAliasDeclaration([exported], name, undefined, shape);
  const comments = ts.getSyntheticLeadingComments(member);
  if (comments) ts.setSyntheticLeadingComments(type, comments);
  return type;
});

/**
 * What an editor shows on hover: the words first, then the format, then the tags.
 *
 * @param {string} comment a whole comment
 * @param {string} indentation
 */
function tidy(comment, indentation) {
  const lines = comment
    .slice("/**".length, -"*/".length)
    .split("\n")
    .map((line) => line.replace(/^\s*\*/, "").trim().replace("@description ", ""))
    .filter((line) => line !== "@enum {string}");
  const late = [/^Format: /, /^@deprecated$/];
  const words = [
    ...lines.filter((line) => !late.some((pattern) => pattern.test(line))),
    ...late.flatMap((pattern) => lines.filter((line) => pattern.test(line))),
  ];
  while (words[0] === "" || words[0] === "Description") words.shift();
  while (words.at(-1) === "") words.pop();
  if (words.length === 0) return "";
  if (words.length === 1) return `${indentation}/** ${words[0]} */\n`;
  return `${indentation}/**\n${words.map((line) => `${indentation} * ${line}`.trimEnd()).join("\n")}\n${indentation} */\n`;
}

const text = astToString(declarations)
  .replace(/components\["schemas"\]\["(\w+)"\]/g, "$1")
  .replace(/^( *)(\/\*\*[^]*?\*\/)\n/gm, (_, indentation, comment) => tidy(comment, indentation));
write(join(generated, "schema.d.ts"), `// Generated from the contract.\n${text}`);
