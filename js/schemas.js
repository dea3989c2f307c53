// @ts-check
// The schemas of the contract as Standard Schema V1 objects. The wasm checks; here a value becomes JSON.
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
 * Every schema of the contract by its name, as a Standard Schema V1 object: form libraries, routers and test tools take
 * it as it is.
 *
 * What a request may hold is checked as requests are: to every rule, and without unknown properties. What only answers
 * bring is checked as answers are: JSON types, required properties, and the formats uuid and date-time. `validate` is
 * synchronous and throws nothing, but for a RangeError at the end of the stack; the value that it gives is what JSON holds
 * of the one that it got.
 *
 * @type {{ readonly [Name in keyof Schemas]: StandardSchemaV1<Schemas[Name]> }}
 */
export const schemas = /* @__PURE__ */ all(names);

/**
 * @param {string} names in the contract's order; behind one that requests take stands an exclamation mark
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
          // Not the value's fault, where the stack is at its end.
          needRoom();
          // The value's own code has thrown.
          issues.length = 0;
          refuse([], `a value of type ${typeof value}`);
        }
        const refused = issues.map(({ path }) => path);
        /** What was left out is not of the wrong type, too. @param {Issue} issue */
        const isNew = ({ path }) => !refused.some((known) => known.every((step, index) => step === path[index]));
        issues.push(.../** @type {Issue[]} */ (checkSchema(number, request, text)).filter(isNew));
        // Its own, though nothing: whoever looks for issues would find those of a polluted Object.prototype.
        return issues.length > 0 ? { issues } : { value: JSON.parse(text), issues: undefined };
      },
    },
  };
}
