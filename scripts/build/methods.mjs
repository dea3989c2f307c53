// @ts-check
// Phase 9: the methods of the contract's operations as a JavaScript module, one class a resource, with the contract's own
// words on hover. They only name the operation and its arguments; js/client.js has what calls it.
import { join } from "node:path";
import { answerOf, contract, operations } from "../contract.mjs";
import { fail, generated, write } from "../tools.mjs";

/** @import { Json } from "../contract.mjs" */

/** How each call may end badly. */
const REJECTS =
  "Rejects with a `CloudError`: a `RequestValidationError` before anything is sent, an `ApiError` where the service " +
  "refuses, a `ResponseValidationError` where its answer breaks the contract, a `ConnectionError` where none comes.";

/** @type {Map<string, string[]>} the methods of each resource */
const resources = new Map();
/** Types that the methods speak of. */
const named = new Set();

/**
 * A schema's name in TypeScript.
 *
 * @param {Json} schema
 * @returns {string}
 */
function typeName(schema) {
  if ("$ref" in schema) {
    const name = String(schema.$ref).split("/").at(-1) ?? "";
    if (!(name in contract.components.schemas)) fail(`the contract refers to ${schema.$ref}, which is not there`);
    named.add(name);
    return name;
  }
  if (schema.type === "array") return `${typeName(schema.items)}[]`;
  if (schema.type === "integer") return "number";
  if (["string", "number", "boolean"].includes(schema.type)) return schema.type;
  return fail(`a method speaks of a schema without a name: ${JSON.stringify(schema)}`);
}

/** @param {Json} operation */
function resultType(operation) {
  const content = answerOf(operation);
  if (content === undefined) return "void";
  const json = content["application/json"];
  if (json === undefined) return "string";
  const result = json.schema.properties?.result;
  return result === undefined ? "void" : typeName(result);
}

/**
 * @param {string} path
 * @param {string} verb
 * @param {Json} operation
 */
function method(path, verb, operation) {
  const [resource, name] = String(operation["x-name"]).split(".");
  const parameters = /** @type {Json[]} */ (operation.parameters ?? []);
  // The organization is the client's own, but where it is what the call is about.
  const inPath = parameters.filter((one) => one.in === "path" && (one.name !== "organizationId" || resource === "organizations"));
  const inQuery = parameters.filter((one) => one.in === "query");
  const tags = inPath.map((one) => `@param {${typeName(one.schema)}} ${one.name} ${one.description ?? ""}`);
  const given = [];
  if (inPath.length > 0) given.push(`path: { ${inPath.map((one) => one.name).join(", ")} }`);
  if (inQuery.length > 0) {
    const fields = inQuery.map((one) => `${one.name}${one.required ? "" : "?"}: ${one.schema.type === "array" ? "readonly " : ""}${typeName(one.schema)} | undefined`);
    const query = inQuery.some((one) => one.required) ? "query" : "[query]";
    tags.push(`@param {{ ${fields.join("; ")} }} ${query} The query's parameters.`);
    given.push("query");
  }
  if (operation.requestBody !== undefined) {
    const type = typeName(operation.requestBody.content["application/json"].schema);
    tags.push(`@param {${type}} ${operation.requestBody.required ? "body" : "[body]"} The request's body.`);
    given.push("body");
  }
  tags.push("@param {CallOptions} [options] `signal`, `timeoutMs` and `headers` of this call.");
  tags.push(`@returns {CloudPromise<${resultType(operation)}>}`);
  if (operation.deprecated) tags.push("@deprecated The API advises against it.");
  const words = [operation.summary, operation.description, `\`${verb.toUpperCase()} ${path}\``, REJECTS]
    .filter(Boolean)
    .map((text) => String(text).trim());
  const comment = [...words.join("\n\n").split("\n"), "", ...tags].map((line) => `   * ${line}`.trimEnd()).join("\n");
  const names = [...inPath.map((one) => one.name), ...given.filter((one) => !one.startsWith("path"))].join(", ");
  const argument = given.length === 0 ? "undefined" : `{ ${given.join(", ")} }`;
  return {
    resource,
    text: `  /**
${comment}
   */
  ${name}(${names === "" ? "" : `${names}, `}options) {
    return hidden(this).call("${resource}.${name}", ${argument}, options);
  }
`,
  };
}

for (const { path, method: verb, operation } of operations) {
  const { resource, text } = method(path, verb, operation);
  resources.set(resource, [...(resources.get(resource) ?? []), text]);
}

const classes = [...resources].map(([resource, methods]) => {
  const name = `${resource.charAt(0).toUpperCase()}${resource.slice(1)}Operations`;
  return `/** The operations of \`${resource}\`. */
export class ${name} {
  /**
   * @param {{ call: Call, core?: unknown }} inner what the methods stand on
   * @internal
   */
  constructor(inner) {
    hide(this, inner);
  }

${methods.join("\n")}}
`;
});

write(
  join(generated, "methods.js"),
  `// Generated from the contract.
import { hidden, hide } from "../hidden.js";
/** @import { ${[...named].sort().join(", ")} } from "./schema.js" */
/** @import { CallOptions, CloudPromise } from "./client_bg.js" */
/** @typedef {(operation: string, parameters?: object, options?: CallOptions) => CloudPromise<any>} Call */

${classes.join("\n")}`,
);
