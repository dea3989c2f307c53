// @ts-check
// A walk over every operation of the contract: a valid call is sent as the contract says and returns its result; each constraint is
// violated once and refused with its path. samples.mjs generates the valid and invalid values.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { RequestValidationError, ResponseValidationError } from "clickhouse-cloud";
import { callMethod, document, made, ofRoute, operations, respond, right } from "./operations.mjs";
import { rejection, scripted, SECRET, thrown } from "./support.mjs";

/** @import { Json, Wrong } from "./samples.mjs" */
/** @import { Operation, Parameters } from "./operations.mjs" */

const { sample, full, breaks, resolved } = made;

const tried = { constraints: 0, refused: 0 };
after(() => {
  const schemas = Object.keys(document.components.schemas).length;
  console.log(
    `walk: ${operations.length} operations, ${schemas} schemas, ${tried.constraints} constraints tried, ${tried.refused} refused`,
  );
});

/** The address, by the rules of URLs alone. @param {Operation} operation @param {Parameters} parameters */
function address({ path: template }, { path, query }) {
  const url = new URL(`https://api.clickhouse.cloud${template.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(path[name]))}`);
  for (const [name, value] of Object.entries(query)) for (const one of [value].flat()) url.searchParams.append(name, one);
  return url;
}

for (const operation of operations) {
  test(operation.name, async () => {
    const { name, route, media, result: resultSchema } = operation;
    const parameters = right(operation);
    const result = media === "application/json" ? resultSchema && full(resultSchema, false) : `a text of ${media}\n`;
    const { cloud, calls } = scripted([() => respond(operation, result)]);

    // A right call, by its method and by its route.
    const done = await callMethod(cloud, operation, parameters).withResponse();
    assert.deepEqual(done.data, result);
    assert.equal(done.status, operation.status);
    const byRoute = await /** @type {any} */ (cloud).request(route, ofRoute(operation, parameters));
    assert.deepEqual(byRoute, result);
    for (const { url, init } of calls) {
      const expected = address(operation, parameters);
      const sent = new URL(url);
      assert.equal(sent.origin + sent.pathname, expected.origin + expected.pathname);
      assert.deepEqual([...sent.searchParams], [...expected.searchParams]);
      assert.equal(init.method, operation.method);
      assert.equal(init.headers.accept, media === "application/json" ? media : `${media}, application/json`);
      assert.equal(init.headers["content-type"], operation.body === undefined ? undefined : "application/json");
      assert.equal(init.headers.authorization, `Basic ${Buffer.from(`key:${SECRET}`).toString("base64")}`);
      assert.deepEqual(init.body === undefined ? undefined : JSON.parse(init.body), operation.body && parameters.body);
    }
    assert.equal(calls.length, 2);

    // The least that is right, too.
    const least = operation.body === undefined ? parameters : { ...parameters, body: sample(operation.body) };
    /** @param {Parameters} parameters */
    const build = (parameters) => /** @type {any} */ (cloud).buildRequest(route, ofRoute(operation, parameters));
    build(least);
    if (operation.body !== undefined && !operation.needsBody) {
      assert.equal(build({ path: parameters.path, query: parameters.query }).body, undefined);
    }

    // Each constraint of path, query and body, broken once.
    /** @param {Parameters} parameters @param {Wrong} wrong */
    const refused = (parameters, { constraint, path, exact }) => {
      tried.constraints += 1;
      const error = thrown(() => build(parameters));
      const place = `${constraint} at ${path.join(".")} of ${JSON.stringify(parameters).slice(0, 2_000)}`;
      assert.ok(error instanceof RequestValidationError, `${place}: ${error}`);
      const paths = error.issues.map((/** @type {any} */ issue) => issue.path.join("."));
      assert.ok(paths.includes(path.join(".")), `${place}: ${error.message}`);
      if (exact) assert.deepEqual([...new Set(paths)], [path.join(".")], `${place}: ${error.message}`);
      tried.refused += 1;
    };
    for (const where of /** @type {const} */ (["path", "query"])) {
      for (const { name: parameter, schema, required } of where === "path" ? operation.inPath : operation.inQuery) {
        for (const wrong of breaks(schema, { request: true, path: [where, parameter] }, (value) => value)) {
          refused({ ...parameters, [where]: { ...parameters[where], [parameter]: wrong.value } }, wrong);
        }
        if (!required || parameter === "organizationId") continue;
        const { [parameter]: _, ...rest } = parameters[where];
        refused({ ...parameters, [where]: rest }, { value: undefined, constraint: "required", path: [where, parameter], exact: true });
      }
    }
    if (operation.needsBody) {
      refused(
        { path: parameters.path, query: parameters.query },
        { value: undefined, constraint: "required", path: ["body"], exact: true },
      );
    }
    if (operation.body !== undefined) {
      for (const wrong of breaks(operation.body, { request: true, path: ["body"] }, (value) => value)) {
        refused({ ...parameters, body: wrong.value }, wrong);
      }
    }

    // Each constraint of the response.
    if (resultSchema === undefined) return;
    for (const wrong of breaks(resultSchema, { request: false, path: ["result"] }, (value) => value)) {
      tried.constraints += 1;
      const { cloud } = scripted([respond(operation, wrong.value)]);
      const error = await rejection(callMethod(cloud, operation, parameters));
      const place = `${wrong.constraint} at ${wrong.path.join(".")} of ${JSON.stringify(wrong.value).slice(0, 2_000)}`;
      assert.ok(error instanceof ResponseValidationError, `${name}: ${place}: ${error}`);
      const paths = error.issues.map((/** @type {any} */ issue) => issue.path.join("."));
      assert.ok(paths.includes(wrong.path.join(".")), `${place}: ${error.message}`);
      tried.refused += 1;
    }
  });
}

test("the walk breaks what it should", () => {
  assert.ok(operations.length >= 142);
  const bodies = operations.flatMap(({ body }) =>
    body === undefined ? [] : [...breaks(body, { request: true, path: [] }, (value) => value)],
  );
  const kinds = new Set(bodies.map(({ constraint }) => constraint));
  // Every keyword that binds and stands in a schema that requests take.
  /** @type {Set<string>} */
  const standing = new Set();
  /** @param {any} schema @param {Set<unknown>} seen */
  const visit = (schema, seen) => {
    if (typeof schema !== "object" || schema === null || seen.has(schema)) return;
    seen.add(schema);
    const whole = Array.isArray(schema) ? schema : resolved(schema);
    for (const [key, value] of Object.entries(whole)) {
      if (
        !Array.isArray(whole) &&
        [
          "minLength",
          "maxLength",
          "minimum",
          "maximum",
          "exclusiveMinimum",
          "minItems",
          "maxItems",
          "uniqueItems",
          "minProperties",
          "maxProperties",
        ].includes(key) &&
        typeof value !== "object" &&
        value !== 0
      )
        standing.add(key);
      visit(value, seen);
    }
  };
  visit(
    operations.map(({ body }) => body),
    new Set(),
  );
  assert.deepEqual(
    [...standing].filter((one) => !kinds.has(one)),
    [],
  );
});
