// @ts-check
// Phase 7: writes openapi.json for users. build.rs wrote the contract as OpenAPI in phase 1; here its open enums take a form that
// other tools understand.
import { join } from "node:path";
import { contract } from "../contract.mjs";
import { dist, write } from "../tools.mjs";

/**
 * An open enum in plain JSON Schema: its values, or any other text. Other tools do not know `x-open-enum`. Deviations are removed:
 * they are for maintainers of the contract.
 *
 * @param {string} key
 * @param {any} schema
 */
function opened(key, schema) {
  if (key === "x-deviation") return undefined;
  if (schema?.["x-open-enum"] !== true || !Array.isArray(schema.enum)) return schema;
  const { enum: values, type, ...rest } = schema;
  return {
    ...rest,
    anyOf: [
      { type, enum: values },
      { type: "string", pattern: "\\S" },
    ],
  };
}

write(join(dist, "openapi.json"), `${JSON.stringify(contract, opened, 1)}\n`);
