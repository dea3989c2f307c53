// @ts-nocheck: its imports are there only once they are installed
// A contract (contract.mjs) in each validator, as a function that returns the checked value, or throws what the library itself
// prints of all issues. Unknown properties pass and stay.
import Ajv from "ajv";
import formats from "ajv-formats";
import { ArkErrors, type } from "arktype";
import * as v from "valibot";
import { z } from "zod";
import { each } from "./each.mjs";
import { zod } from "./zod.mjs";

/** @typedef {import("./contract.mjs").Shape} Shape */

/** @type {Record<string, (contract: Shape) => (value: unknown) => any>} */
export const validators = {
  zod(contract) {
    const schema = zod(contract);
    return (value) => {
      const { success, data, error } = schema.safeParse(value);
      if (!success) throw new Error(z.prettifyError(error));
      return data;
    };
  },
  valibot(contract) {
    const schema = valibot(contract);
    return (value) => {
      const { success, output, issues } = v.safeParse(schema, value);
      if (!success) throw new Error(v.summarize(issues));
      return output;
    };
  },
  ajv(contract) {
    const ajv = formats(new Ajv({ allErrors: true }));
    const check = ajv.compile(jsonSchema(contract));
    return (value) => {
      if (!check(value)) throw new Error(ajv.errorsText(check.errors, { dataVar: "" }));
      return value;
    };
  },
  arktype(contract) {
    const check = type(arktype(contract));
    return (value) => {
      const found = check(value);
      if (found instanceof ArkErrors) throw new Error(found.summary);
      return found;
    };
  },
};

/** @param {Shape} shape */
function valibot(shape) {
  switch (shape.type) {
    case "object":
      return v.looseObject(each(shape, (member) => (member.required ? valibot(member.shape) : v.nullish(valibot(member.shape)))));
    case "array":
      return v.array(valibot(shape.items));
    case "string": {
      const format = { uuid: v.uuid, "date-time": v.isoTimestamp }[shape.format]?.();
      return format ? v.pipe(v.string(), format) : v.string();
    }
    case "integer":
      return v.pipe(v.number(), v.integer());
    case "any":
      return v.unknown();
    default:
      return v[shape.type]();
  }
}

/** @param {Shape} shape @returns {object} */
function jsonSchema(shape) {
  switch (shape.type) {
    case "object":
      return {
        type: "object",
        properties: each(shape, ({ required, shape }) => (required ? jsonSchema(shape) : nullable(jsonSchema(shape)))),
        required: shape.members.filter(({ required }) => required).map(({ name }) => name),
      };
    case "array":
      return { type: "array", items: jsonSchema(shape.items) };
    case "string":
      return shape.format ? { type: "string", format: shape.format } : { type: "string" };
    case "any":
      return {};
    default:
      return { type: shape.type };
  }
}

/** @param {any} schema */
const nullable = (schema) => (schema.type ? { ...schema, nullable: true } : schema);

/** @param {Shape} shape */
function arktype(shape) {
  switch (shape.type) {
    case "object":
      return Object.fromEntries(
        shape.members.map(({ name, required, shape }) =>
          required ? [name, arktype(shape)] : [`${name}?`, type(arktype(shape)).or("null | undefined")],
        ),
      );
    case "array":
      return type(arktype(shape.items)).array();
    case "string":
      return { uuid: "string.uuid", "date-time": "string.date.iso" }[shape.format] ?? "string";
    case "integer":
      return "number.integer";
    case "any":
      return "unknown";
    default:
      return shape.type;
  }
}
