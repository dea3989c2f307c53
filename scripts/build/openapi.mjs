// @ts-check
// Phase 7: the contract as OpenAPI, for users. build.rs wrote it (phase 1); here its open enums become what other tools
// understand.
import { join } from "node:path";
import { contract } from "../contract.mjs";
import { dist, write } from "../tools.mjs";

/**
 * An enum that grows as JSON Schema says it: its values, or another text. Other tools do not know `x-open-enum`. Deviations
 * are for those who maintain the contract.
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
