// @ts-check
// The operations of openapi.json, for the tests that walk over all of them.
import { readFileSync } from "node:fs";
import { samples } from "./samples.mjs";
import { ID } from "./support.mjs";

/** @import { Json } from "./samples.mjs" */

/** @type {Json} */
export const document = JSON.parse(readFileSync(new URL("../../pkg/dist/openapi.json", import.meta.url), "utf8"));
export const made = samples(document);

export const operations = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.entries(/** @type {Json} */ (item)).map(([method, operation]) => {
    const [status = "", success] = Object.entries(/** @type {Json} */ (operation.responses)).find(([one]) => one.startsWith("2")) ?? [];
    const [media = ""] = Object.keys(success.content);
    /** @type {Json[]} */
    const parameters = operation.parameters ?? [];
    return {
      name: String(operation["x-name"]),
      route: `${method.toUpperCase()} ${path}`,
      method: method.toUpperCase(),
      path,
      status: Number(status),
      media,
      inPath: parameters.filter((one) => one.in === "path"),
      inQuery: parameters.filter((one) => one.in === "query"),
      /** @type {Json | undefined} */
      body: operation.requestBody?.content["application/json"].schema,
      needsBody: operation.requestBody?.required === true,
      /** @type {Json | undefined} */
      result: media === "application/json" ? success.content[media].schema.properties.result : undefined,
    };
  }),
);

/** @typedef {(typeof operations)[number]} Operation */
/** @typedef {{ path: Json, query: Json, body?: unknown }} Parameters */

/** The parameters of a right call, with all that its body may have. @param {Operation} operation @returns {Parameters} */
export const right = ({ inPath, inQuery, body }) => ({
  path: Object.fromEntries(inPath.map(({ name, schema }) => [name, name === "organizationId" ? ID : made.sample(schema)])),
  query: Object.fromEntries(inQuery.map(({ name, schema }) => [name, made.sample(schema)])),
  ...(body === undefined ? {} : { body: made.full(body, true) }),
});

/** The parameters as `request` takes them. @param {Operation} operation @param {Parameters} parameters */
export const ofRoute = ({ inPath, inQuery }, { path, query, ...rest }) => ({
  ...(inPath.length > 0 ? { path } : {}),
  ...(inQuery.length > 0 ? { query } : {}),
  ...rest,
});

/**
 * Calls the method of an operation.
 *
 * @param {any} cloud
 * @param {Operation} operation
 * @param {Parameters} parameters
 */
export function callMethod(cloud, { name, inPath, inQuery, body }, parameters) {
  const own = inPath.filter((one) => one.name !== "organizationId" || name.startsWith("organizations."));
  const steps = name.split(".");
  const method = steps.pop() ?? "";
  const resource = steps.reduce((at, step) => at[step], cloud);
  return resource[method](
    ...own.map((one) => parameters.path[one.name]),
    ...(inQuery.length > 0 ? [parameters.query] : []),
    ...(body === undefined ? [] : [parameters.body]),
  );
}

/**
 * A response of an operation.
 *
 * @param {Operation} operation
 * @param {unknown} result
 */
export function respond({ status, media, result: schema }, result) {
  if (media !== "application/json") return new Response(String(result), { status, headers: { "content-type": media } });
  const text = JSON.stringify({ status, requestId: "r-1", ...(schema === undefined ? {} : { result }) });
  return new Response(text, { status, headers: { "content-type": media } });
}
