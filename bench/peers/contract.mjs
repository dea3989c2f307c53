// @ts-check
// The contract of a response in the few words that all validators share: JSON types, required properties, the formats uuid and
// date-time; null counts as absent for what is not required. That is how this client checks responses. It is read from openapi.json,
// so that every validator checks the same properties.
import { readFileSync } from "node:fs";

/**
 * @typedef {{ type: "object", members: { name: string, required: boolean, shape: Shape }[] } | { type: "array", items: Shape }
 *   | { type: "string", format?: "uuid" | "date-time" } | { type: "number" | "integer" | "boolean" | "any" }} Shape
 */

const path = new URL("../../pkg/dist/openapi.json", import.meta.url);
/** @type {{ components: { schemas: Record<string, any> } }} */
const { components } = JSON.parse(readFileSync(path, "utf8"));

/** @param {string} name of a schema @returns {Shape} */
export const shape = (name) => reduced(components.schemas[name]);

/** A response with a list of the schema's objects. @param {string} name @returns {Shape} */
export const listResponse = (name) => envelope({ type: "array", items: shape(name) });

/** A response with one object of the schema. @param {string} name @returns {Shape} */
export const response = (name) => envelope(shape(name));

/** @param {Shape} result @returns {Shape} */
const envelope = (result) => ({
  type: "object",
  members: [
    { name: "status", required: false, shape: { type: "number" } },
    { name: "requestId", required: false, shape: { type: "string" } },
    { name: "result", required: true, shape: result },
  ],
});

/** @param {any} schema @returns {Shape} */
function reduced(schema) {
  if (schema.$ref !== undefined) return shape(schema.$ref.split("/").at(-1));
  // An open enum: known words, or any other text.
  if (schema.anyOf?.every((/** @type {any} */ one) => one.type === "string")) return { type: "string" };
  const type = Array.isArray(schema.type) ? schema.type.find((/** @type {string} */ one) => one !== "null") : schema.type;
  switch (type) {
    case "object":
      return {
        type,
        members: Object.entries(schema.properties ?? {}).map(([name, property]) => ({
          name,
          required: schema.required?.includes(name) ?? false,
          shape: reduced(property),
        })),
      };
    case "array":
      return { type, items: reduced(schema.items) };
    case "string":
      return schema.format === "uuid" || schema.format === "date-time" ? { type, format: schema.format } : { type };
    case "number":
    case "integer":
    case "boolean":
      return { type };
    default:
      return { type: "any" };
  }
}
