// @ts-check
// The schemas of the contract as Standard Schema V1 objects (https://standardschema.dev). The wasm validates JSON text; this file
// converts the value to JSON and back.
import { names } from "./generated/names.js";
import { needRoom } from "./bindings/stack.js";
import { checkSchema } from "./wasm.js";
import { json } from "./json.js";
import { WRITABLE } from "./parameters.js";

/**
 * @import { StandardSchemaV1 } from "./generated/client_bg.js"
 * @import { Issue } from "./errors.js"
 * @import { Schemas } from "./generated/schema.js"
 */

/**
 * Every schema of the contract by its name, as a Standard Schema V1 object. Form libraries, routers and test tools accept
 * these objects directly.
 *
 * Schemas that requests use are checked in full, and unknown properties are issues. Schemas that occur only in responses are
 * checked as responses are: JSON types, required properties, and the formats uuid and date-time. `validate` is synchronous.
 * It throws only a RangeError, at the end of the stack. Its `value` is a JSON copy of the given value.
 *
 * @type {{ readonly [Name in keyof Schemas]: StandardSchemaV1<Schemas[Name]> }}
 */
export const schemas = /* @__PURE__ */ all(names);

/**
 * @param {string} names in the contract's order; an exclamation mark follows the name of a schema that requests use
 * @returns {any}
 */
function all(names) {
  const marked = names.match(/\w+./g) ?? [];
  return Object.fromEntries(marked.map((name, number) => [name.slice(0, -1), schema(number, name.endsWith("!"))]));
}

/**
 * @param {number} number
 * @param {boolean} request
 * @returns {StandardSchemaV1}
 */
function schema(number, request) {
  return {
    "~standard": {
      version: 1,
      vendor: "clickhouse-cloud",
      validate(value) {
        /** @type {Issue[]} */
        const issues = [];
        /** @param {(string | number)[]} path @param {string} received */
        const refuse = (path, received) => {
          issues.push({ path, code: "type", message: `expected ${WRITABLE}, received ${received}`, expected: WRITABLE, received });
        };
        let text = "null";
        try {
          text = json(value, refuse);
        } catch {
          // Throws the RangeError, if the stack was exhausted: that is not a fault of the value.
          needRoom();
          // A getter or a toJSON of the value has thrown.
          issues.length = 0;
          refuse([], `a value of type ${typeof value}`);
        }
        const refused = issues.map(({ path }) => path);
        /** Drops issues about the null that stands in for a refused value. @param {Issue} issue */
        const isNew = ({ path }) => !refused.some((known) => known.every((step, index) => step === path[index]));
        issues.push(.../** @type {Issue[]} */ (checkSchema(number, request, text)).filter(isNew));
        // `issues` is an own property, since callers would otherwise read it from a polluted Object.prototype.
        return issues.length > 0 ? { issues } : { value: JSON.parse(text), issues: undefined };
      },
    },
  };
}
