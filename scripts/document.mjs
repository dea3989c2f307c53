// @ts-check
// Reads the operations of any OpenAPI document.

/** @typedef {Record<string, any>} Json */

const METHODS = ["get", "post", "put", "patch", "delete"];

/**
 * The operations of a document, in document order.
 *
 * @param {Json} document
 * @returns {{ path: string, method: string, operation: Json }[]}
 */
export const operationsOf = ({ paths }) =>
  Object.entries(paths).flatMap(([path, item]) =>
    METHODS.filter((method) => method in item).map((method) => ({ path, method, operation: item[method] })),
  );

/**
 * The content of an operation's successful response: the schema of its result, "text", or undefined if there is no result.
 *
 * @param {Json} operation
 * @returns {Json | "text" | undefined}
 */
export function resultOf({ responses }) {
  const status = Object.keys(responses).find((status) => status.startsWith("2")) ?? "";
  const json = responses[status].content["application/json"];
  return json === undefined ? "text" : json.schema.properties.result;
}

/**
 * The name of a type of an operation or of a resource: `ServicesListQuery` of `services.list`, `ClickPipesSettingsResource` of
 * `clickPipes.settings`.
 *
 * @param {string} name the operation's or the resource's
 * @param {string} kind
 */
export const typeNameOf = (name, kind) =>
  name
    .split(".")
    .map((step) => step.charAt(0).toUpperCase() + step.slice(1))
    .join("") + kind;

/** The longest range of an operation, for callers. @param {Json} operation */
export const rangeOf = ({ "x-range": range }) =>
  range === undefined ? "" : `At most ${range.days} days at once, with \`${range.from}\` and \`${range.to}\` among them.`;

/** The note for callers about an operation that is not stable. @param {Json} operation */
export const maturityOf = (operation) => (operation["x-maturity"] === "beta" ? "**Beta**: the service may change it without notice." : "");
