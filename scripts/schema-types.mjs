// @ts-check
// Generates the contract's TypeScript: one exported type per schema, under its own name and with its description; `Routes`, with the
// input and output of each operation; and `Schemas`, all types by name. openapi-typescript makes the types; the differences between
// the values of requests and of responses are added here.
import openapiTS, { astToString } from "openapi-typescript";
import ts from "typescript";
import { maturityOf, operationsOf, rangeOf, resultOf, typeNameOf } from "./document.mjs";
import { fail } from "./tools.mjs";

/** Marks schemas that state their TypeScript type themselves. */
const TYPE = "x-typescript";

/** @import { Json } from "./document.mjs" */

/**
 * The declarations of all types, and the names of the schemas, with whether requests use them.
 *
 * @param {Json} document the whole contract
 * @returns {Promise<{ text: string, names: { name: string, requested: boolean }[] }>}
 */
export async function schemaTypes(document) {
  const contract = structuredClone(document);
  const operations = operationsOf(contract);
  /** @type {Json} */
  const schemas = contract.components.schemas;
  for (const name of ["Operations", "Routes", "Schemas"]) {
    if (name in schemas) fail(`the contract has a schema ${name}, which is the name of a table of the types`);
  }
  const names = Object.keys(schemas).sort();

  /**
   * Visits a schema, its subschemas, and all schemas that it refers to.
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

  /** The schemas of requests, with their subschemas. @type {Set<Json>} */
  const requested = new Set();
  walk(
    operations.map(({ operation }) => [operation.parameters, operation.requestBody]),
    (schema) => requested.add(schema),
  );

  /** @param {Json} schema @returns {Json} the referenced schema, or itself */
  const resolved = (schema) => ("$ref" in schema ? resolved(schemas[String(schema.$ref).split("/").at(-1) ?? ""]) : schema);

  /** @param {Json} schema @returns {unknown[] | undefined} */
  const valuesOf = (schema) => schema.enum ?? ("const" in schema ? [schema.const] : undefined);

  /** The objects that a schema allows: itself, or the variants of a union. @param {Json} schema @returns {Json[]} */
  const objects = (schema) => {
    const whole = resolved(schema);
    return whole.properties === undefined ? (whole.oneOf ?? whole.anyOf ?? []).flatMap(objects) : [whole];
  };

  /** Enums that discriminate the variants of a union. @type {Set<Json>} */
  const telling = new Set();
  walk([contract.paths, schemas], (schema) => {
    // The variants list its values themselves.
    delete schema.discriminator;
    // Parts without a type, such as patterns, have no counterpart in TypeScript.
    if (schema.allOf?.every((/** @type {Json} */ part) => !("$ref" in part || "type" in part || "properties" in part))) delete schema.allOf;
    /** @type {Json[][]} */
    const variants = (schema.oneOf ?? schema.anyOf ?? []).map(objects).filter((/** @type {Json[]} */ one) => one.length > 0);
    if (variants.length < 2) return;
    for (const name of Object.keys(variants[0]?.[0]?.properties)) {
      const enums = variants.map((one) => one.map(({ properties }) => resolved(properties[name] ?? {})));
      const all = enums.flat().every((one) => valuesOf(one) !== undefined && one["x-open-enum"] !== true);
      const values = enums.flatMap((one) => [...new Set(one.flatMap((own) => valuesOf(own) ?? []))]);
      if (all && new Set(values).size === values.length) enums.flat().forEach((one) => telling.add(one));
    }
  });

  // The service adds states and regions. So an enum names all known values, for completion in editors, and admits any other. Two
  // kinds of enum stay closed: those of requests that the contract does not call open, where an unknown value is a mistake, and
  // those that discriminate a union.
  walk([contract.paths, schemas], (schema) => {
    const closed = (requested.has(schema) && schema["x-open-enum"] !== true) || telling.has(schema);
    if (!Array.isArray(schema.enum) || closed) return;
    const values = schema.enum.filter((value) => value !== null);
    const others = values.every((value) => typeof value === "number") ? "(number & {})" : "(string & {})";
    const known = values.map((value) => JSON.stringify(value));
    schema[TYPE] = [...known, others, ...(values.length < schema.enum.length ? ["null"] : [])].join(" | ");
  });

  /**
   * An object type of `Routes`, with required and optional properties.
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
    // The organization is the client's own, except where it is the subject of the call.
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
    const result = resultOf(operation);
    if (result === undefined) return literally("void");
    return result === "text" ? literally("string") : result;
  }

  /** The type of an operation's query, under a name of its own. @param {Json} operation */
  function query(operation) {
    const { required, schema } = parameters(operation, "query");
    if (TYPE in schema) return { required, schema };
    const name = typeNameOf(operation["x-name"], "Query");
    if (name in schemas) fail(`the contract has a schema ${name}, which is the name of a query's type`);
    schemas[name] = { ...schema, description: `The query of \`${operation["x-name"]}\`.` };
    queries.push(name);
    return { required, schema: reference(name) };
  }

  /** @type {string[]} */
  const queries = [];
  /** @type {Json} */
  const routes = {};
  /** @type {Json} */
  const byName = {};
  for (const { path, method, operation } of operations) {
    const route = `${method.toUpperCase()} ${path}`;
    byName[operation["x-name"]] = { ...literally(`Routes[${JSON.stringify(route)}]`), description: operation.summary };
    routes[route] = {
      ...record({
        path: parameters(operation, "path"),
        query: query(operation),
        body: body(operation),
        result: { required: true, schema: result(operation) },
      }),
      description: [operation.summary, maturityOf(operation), operation.description, rangeOf(operation)].filter(Boolean).join("\n\n"),
      deprecated: operation.deprecated === true,
    };
  }
  const ofRequests = new Set([...names.filter((name) => requested.has(schemas[name])), ...queries]);
  schemas.Operations = {
    type: "object",
    description: 'Every operation by its name: `Operations["services.create"]["body"]`, and so `path`, `query` and `result`.',
    properties: byName,
    required: Object.keys(byName),
  };
  schemas.Routes = {
    type: "object",
    description: "Every operation of the API: its input and its output.",
    properties: routes,
    required: Object.keys(routes),
  };
  schemas.Schemas = {
    type: "object",
    description: "Every type of the contract by its name.",
    properties: Object.fromEntries(
      names.map((name) => {
        const like = ofRequests.has(name) ? "requests" : "responses";
        return [name, described(reference(name), `${schemas[name].description}\n\nIn \`schemas\` it is checked as ${like} are.`)];
      }),
    ),
    required: names,
  };

  const nodes = await openapiTS(
    { openapi: contract.openapi, info: contract.info, paths: {}, components: { schemas } },
    {
      alphabetize: false,
      // The server applies defaults, so requests may omit such properties.
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
    // Printed verbatim: an identifier may hold any text.
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
   * The type of an input: its lists may be readonly, and its optional properties may be undefined.
   *
   * @template {ts.Node} N
   * @param {N} node
   * @returns {N}
   */
  function input(node) {
    /** @type {ts.Node} */
    const seen = ts.visitEachChild(node, input, undefined);
    return /** @type {N} */ (
      ts.isArrayTypeNode(seen) ? ts.factory.createTypeOperatorNode(ts.SyntaxKind.ReadonlyKeyword, seen) : optional(seen)
    );
  }

  /** @param {ts.Node} node */
  function optional(node) {
    if (!ts.isPropertySignature(node) || !node.questionToken || !node.type) return node;
    const { modifiers, name, questionToken, type } = node;
    if (ts.isTypeReferenceNode(type) && ts.isIdentifier(type.typeName) && type.typeName.text === "undefined") return node;
    return ts.factory.updatePropertySignature(node, modifiers, name, questionToken, ts.factory.createUnionTypeNode([type, UNDEFINED]));
  }

  /**
   * The type of routes, in which everything but the result is an input.
   *
   * @template {ts.Node} N
   * @param {N} node
   * @returns {N}
   */
  function inputOfRoutes(node) {
    if (!ts.isPropertySignature(node) || !ts.isIdentifier(node.name)) return ts.visitEachChild(node, inputOfRoutes, undefined);
    return node.name.text === "result" ? node : input(node);
  }

  // The generator's `components["schemas"]["Service"]` becomes `Service`.
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
   * A comment as editors show it on hover: the description first, then the format, then the tags.
   *
   * @param {string} comment a whole comment
   * @param {string} indentation
   */
  function tidy(comment, indentation) {
    const lines = comment
      .slice("/**".length, -"*/".length)
      .split("\n")
      .map((line) =>
        line
          .replace(/^\s*\*/, "")
          .trim()
          .replace("@description ", ""),
      )
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
  return { text, names: names.map((name) => ({ name, requested: ofRequests.has(name) })) };
}
