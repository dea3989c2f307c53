// @ts-check
// Generates the methods of the contract's operations as a JavaScript module: one class per resource, with its sub-resources and its
// waiter, and one class for all resources. The JSDoc comes from the contract's descriptions.
import { maturityOf, operationsOf, rangeOf, resultOf, typeNameOf } from "./document.mjs";
import { fail } from "./tools.mjs";

/** The waiters that js/helpers/ writes by hand: their arguments are older than the rule. */
const BY_HAND = ["services.waitFor", "backups.waitFor"];

/** @import { Json } from "./document.mjs" */

/** The errors that every call may fail with. */
const REJECTS =
  "Rejects with a `CloudError`: a `RequestValidationError` before anything is sent, an `ApiError` where the service " +
  "refuses, a `ResponseValidationError` where its response breaks the contract, a `ConnectionError` where none comes.";

/**
 * A resource: its methods and its sub-resources.
 *
 * @typedef {{ name: string, methods: string[], below: Map<string, Resource> }} Resource
 */

/**
 * The source text of the module.
 *
 * @param {Json} contract the whole contract
 * @param {string} hidden the module that holds the private state of objects
 * @param {string[]} [extended] resources whose class is written by hand and extends the generated one
 */
export function methods(contract, hidden, extended = []) {
  /** The root above all resources. @type {Resource} */
  const top = { name: "", methods: [], below: new Map() };

  /**
   * The resource of a name such as `clickPipes.settings`.
   *
   * @param {string[]} steps
   */
  function resourceOf(steps) {
    let resource = top;
    for (const step of steps) {
      const name = resource === top ? step : `${resource.name}.${step}`;
      /** @type {Resource} */
      const next = resource.below.get(step) ?? { name, methods: [], below: new Map() };
      resource.below.set(step, next);
      resource = next;
    }
    return resource;
  }

  /** The types that the methods refer to. */
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
    if (schema.enum !== undefined) {
      const values = schema.enum.map((/** @type {unknown} */ value) => JSON.stringify(value));
      return [...values, ...(schema["x-open-enum"] ? ["(string & {})"] : [])].join(" | ");
    }
    if (schema.type === "integer") return "number";
    if (["string", "number", "boolean"].includes(schema.type)) return schema.type;
    return fail(`a method speaks of a schema without a name: ${JSON.stringify(schema)}`);
  }

  /** @param {Json} operation */
  function resultType(operation) {
    const result = resultOf(operation);
    if (result === undefined) return "void";
    return result === "text" ? "string" : typeName(result);
  }

  /**
   * @param {string} path
   * @param {string} verb
   * @param {Json} operation
   */
  function method(path, verb, operation) {
    const full = String(operation["x-name"]);
    const steps = full.split(".");
    const name = steps.pop();
    const parameters = /** @type {Json[]} */ (operation.parameters ?? []);
    // The organization is the client's own, except where it is the subject of the call.
    const inPath = parameters.filter((one) => one.in === "path" && (one.name !== "organizationId" || steps[0] === "organizations"));
    const inQuery = parameters.filter((one) => one.in === "query");
    const tags = inPath.map((one) => `@param {${typeName(one.schema)}} ${one.name} ${one.description ?? ""}`);
    const given = [];
    if (inPath.length > 0) given.push(`path: { ${inPath.map((one) => one.name).join(", ")} }`);
    if (inQuery.length > 0) {
      const query = inQuery.some((one) => one.required) ? "query" : "[query]";
      named.add(typeNameOf(full, "Query"));
      tags.push(`@param {${typeNameOf(full, "Query")}} ${query} The query's parameters.`);
      given.push("query");
    }
    if (operation.requestBody !== undefined) {
      const type = typeName(operation.requestBody.content["application/json"].schema);
      tags.push(`@param {${type}} ${operation.requestBody.required ? "body" : "[body]"} The request's body.`);
      given.push("body");
    }
    tags.push("@param {CallOptions} [options] `signal`, `timeoutMs` and `headers` of this call.");
    const pages = operation["x-pages"];
    const promised = pages === undefined ? "CloudPromise<" : `PagePromise<`;
    tags.push(`@returns {${promised}${resultType(operation)}${pages === undefined ? "" : `, ${itemType(operation)}`}>}`);
    if (operation["x-maturity"] === "beta") tags.push("@beta");
    if (operation.deprecated) tags.push("@deprecated The API advises against it.");
    const words = [
      operation.summary,
      maturityOf(operation),
      operation.description,
      rangeOf(operation),
      `\`${verb.toUpperCase()} ${path}\``,
      REJECTS,
    ]
      .filter(Boolean)
      .map((text) => String(text).trim());
    const comment = [...words.join("\n\n").split("\n"), "", ...tags].map((line) => `   * ${line}`.trimEnd()).join("\n");
    const names = [...inPath.map((one) => one.name), ...given.filter((one) => !one.startsWith("path"))].join(", ");
    const argument = given.length === 0 ? "undefined" : `{ ${given.join(", ")} }`;
    resourceOf(steps).methods.push(`  /**
${comment}
   */
  ${name}(${names === "" ? "" : `${names}, `}options) {
    return hidden(this).${pages === undefined ? `call("${full}", ${argument}, options)` : `list("${full}", ${argument}, options, ${JSON.stringify(pages)})`};
  }
`);
    if (operation["x-waiter"] !== undefined) waiter(steps, inPath, operation["x-waiter"]);
  }

  /** What a schema refers to, or itself. @param {Json} schema @returns {Json} */
  const resolved = (schema) => ("$ref" in schema ? resolved(contract.components.schemas[typeName(schema)]) : schema);

  /** The type of a list's items. @param {Json} operation */
  function itemType(operation) {
    const result = /** @type {Json} */ (resultOf(operation));
    const list = result.type === "array" ? result : resolved(result).properties[operation["x-pages"].items];
    return typeName(list.items);
  }

  /**
   * The method that waits for a resource.
   *
   * @param {string[]} steps of the resource's name
   * @param {Json[]} inPath the parameters that name one
   * @param {Json} mark
   */
  function waiter(steps, inPath, { operation: reader, list, state }) {
    const name = [...steps, "waitFor"].join(".");
    if (BY_HAND.includes(name)) return;
    const { operation } = operationsOf(contract).find(({ operation }) => operation["x-name"] === reader) ?? fail(`no operation ${reader}`);
    const result = /** @type {Json} */ (resultOf(operation));
    const resource = list === undefined ? result : resolved(result).properties[list].items;
    const property = resolved(resource).properties[state];
    const states = resolved(property)["x-states"];
    const [type, stateType] = [typeName(resource), typeName(property)];
    const quoted = (/** @type {string[]} */ values = []) => values.map((value) => `\`${value}\``).join(", ");
    const wrong = quoted([...(states.failed ?? []), ...(states.ending ?? []), ...(states.gone ?? [])]);
    const words = [
      `Wait until the \`${state}\` is the given one, or one of several: polls \`${reader}\`.`,
      `Without a state it ends with any of ${quoted(states.reached)}. \`"gone"\` waits for the end of what has been deleted` +
        `${states.gone === undefined ? "" : `, also by ${quoted(states.gone)}`}, and resolves with \`undefined\`.`,
      `Rejects with a \`WaitError\`: \`failed-state\` for ${wrong}, unless it is waited for; \`gone\`; \`deadline\`. Temporary ` +
        "failures and unknown states keep it waiting; a 400, 401 or 403 ends it with its own error, and so does the 404 of " +
        "what never existed. A misspelled state is a `ConfigurationError`.",
    ];
    const tags = [
      `@template {${stateType} | "gone"} [S=${stateType}]`,
      ...inPath.map((one) => `@param {${typeName(one.schema)}} ${one.name} ${one.description ?? ""}`),
      `@param {S | readonly S[]} [states] The state to wait for, or a list of states.`,
      `@param {WaitOptions<${stateType}>} [options] \`timeoutMs\` is the deadline of the whole wait in milliseconds, 30 minutes by default.`,
      `@returns {Promise<${type} | (S extends "gone" ? undefined : never)>}`,
    ];
    const comment = [...words.join("\n\n").split("\n"), "", ...tags].map((line) => `   * ${line}`.trimEnd()).join("\n");
    const names = inPath.map((one) => one.name).join(", ");
    resourceOf(steps).methods.push(`  /**
${comment}
   */
  waitFor(${names}, states, options) {
    return hidden(this).waitFor("${name}", { ${names} }, states, options);
  }
`);
  }

  for (const { path, method: verb, operation } of operationsOf(contract)) method(path, verb, operation);

  const ranges = Object.fromEntries(
    operationsOf(contract)
      .filter(({ operation }) => operation["x-range"] !== undefined)
      .map(({ operation }) => [operation["x-name"], operation["x-range"]]),
  );

  /** @param {Resource} resource */
  const className = ({ name }) => (name === "" ? "Resources" : typeNameOf(name, extended.includes(name) ? "Operations" : "Resource"));

  /** The contract's description of a resource. @param {Resource} resource */
  const describe = ({ name }) =>
    contract.tags.find((/** @type {Json} */ tag) => tag.name === name)?.description ?? `The operations of \`${name}\`.`;

  /**
   * A resource as a class, preceded by those of its sub-resources.
   *
   * @param {Resource} resource
   * @returns {string[]}
   */
  function classes(resource) {
    const below = [...resource.below];
    // The client makes those that are written by hand.
    const own = below.filter(([, { name }]) => !extended.includes(name));
    const fields = own.map(([step, one]) => `    /** ${describe(one)} */\n    this.${step} = new ${className(one)}(inner);\n`);
    const text = `/** ${resource === top ? "Every resource that is generated as a whole." : `The operations of \`${resource.name}\`.`} */
export class ${className(resource)} {
  /**
   * @param {Inner} inner how the methods call the service
   * @internal
   */
  constructor(inner) {
    hide(this, inner);
${fields.join("")}  }

${resource.methods.join("\n")}}
`;
    return [...below.flatMap(([, one]) => classes(one)), text];
  }

  return `// Generated from the contract.
import { hidden, hide } from "${hidden}";
/** @import { ${[...named].sort().join(", ")} } from "./schema.js" */
/** @import { CallOptions, CloudPromise, PagePromise, WaitOptions } from "./client_bg.js" */
/** @typedef {(operation: string, parameters?: object, options?: CallOptions) => CloudPromise<any>} Call */
/** @typedef {{ call: Call }} Inner */

/** The longest ranges of days that operations take at once. */
export const RANGES = ${JSON.stringify(ranges)};

${classes(top).join("\n")}`;
}
