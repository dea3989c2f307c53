// @ts-check
// The OpenAPI document in the tarball, checked by a third-party linter: it is valid, and the linter would find a mistake.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import redocly from "@redocly/openapi-core";
import { installed } from "./consumer.mjs";

const document = JSON.parse(readFileSync(join(installed, "dist/openapi.json"), "utf8"));

/** @param {unknown} value */
async function problems(value) {
  const rules = /** @type {const} */ ({
    "operation-operationId-unique": "error",
    "path-parameters-defined": "error",
    "no-unused-components": "error",
    "no-unresolved-refs": "error",
  });
  const config = await redocly.createConfig({ extends: ["spec"], rules });
  const found = await redocly.lintFromString({ source: JSON.stringify(value), absoluteRef: "openapi.json", config });
  return found.map(({ ruleId, message, location }) => `${location[0]?.pointer}: ${ruleId}: ${message}`);
}

test("it keeps the specification of OpenAPI 3.1", async () => {
  assert.equal(document.openapi, "3.1.0");
  assert.deepEqual(await problems(document), []);
});

test("a mistake would be found", async () => {
  const path = "/v1/organizations/{organizationId}/services";
  const broken = structuredClone(document);
  const [operation] = /** @type {any[]} */ (Object.values(broken.paths[path]));
  operation.parameters = [];
  operation.responses["200"].content["application/json"].schema.properties.result = { $ref: "#/components/schemas/Nothing" };
  assert.equal((await problems(broken)).length >= 2, true);
});
