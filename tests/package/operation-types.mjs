// @ts-check
// Generates a type test of every operation from the contract: its method and its route accept a valid call, return the result of the
// route, and refuse invalid arguments. tests/types holds the tests that are written by hand.
import { samples } from "../js/samples.mjs";

/** @typedef {Record<string, any>} Json */

/**
 * The text of the type test.
 *
 * @param {Json} document openapi.json
 */
export function operationTypes(document) {
  const { sample } = samples(document);
  /** @param {string} path @param {string} method @param {Json} operation @param {number} number */
  function typeTest(path, method, operation, number) {
    const name = String(operation["x-name"]);
    const route = JSON.stringify(`${method.toUpperCase()} ${path}`);
    /** @param {"path" | "query"} where */
    const values = (where) => {
      const own = (operation.parameters ?? []).filter((/** @type {Json} */ one) => one.in === where);
      return Object.fromEntries(own.map((/** @type {Json} */ one) => [one.name, sample(one.schema)]));
    };
    const [inPath, query] = [values("path"), values("query")];
    const body = operation.requestBody && sample(operation.requestBody.content["application/json"].schema);
    const { organizationId, ...rest } = inPath;
    const hasQuery = Object.keys(query).length > 0;
    const given = [
      ...Object.values(name.startsWith("organizations.") ? inPath : rest),
      ...(hasQuery ? [query] : []),
      ...(body === undefined ? [] : [body]),
      {},
    ];
    const args = given.map((one) => JSON.stringify(one)).join(", ");
    const parameters = Object.entries({
      ...(organizationId ? { path: inPath } : {}),
      ...(hasQuery ? { query } : {}),
      ...(body === undefined ? {} : { body }),
    });
    const written = parameters.map(([key, value]) => `${key}: ${JSON.stringify(value)}`).join(", ");
    return `
export async function operation${number}() {
  const ofMethod: Routes[${route}]["result"] = await cloud.${name}(${args});
  const ofRoute: Routes[${route}]["result"] = await cloud.request(${route}, { ${written} });
  const result: Awaited<ReturnType<typeof cloud.${name}>> = ofRoute;
  // @ts-expect-error it takes no more arguments
  await cloud.${name}(${args}, 0);
  // @ts-expect-error there is no such part of a request
  await cloud.request(${route}, { ${written}${written && ", "}noSuchPart: 0 });
  return [ofMethod, result];
}
`;
  }
  const all = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(/** @type {Json} */ (item)).map(([method, operation]) => ({ path, method, operation })),
  );
  return `// Made from the contract.
import { CloudClient, type Routes } from "clickhouse-cloud";

const cloud = new CloudClient();
${all.map(({ path, method, operation }, number) => typeTest(path, method, operation, number)).join("")}`;
}
