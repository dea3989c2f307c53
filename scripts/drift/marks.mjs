// @ts-check
// Deviations that are marked in the contract: `x-deviation` on a schema, property or parameter, `deviation` on an operation. A
// mark covers one keyword at its place with one official value, and nothing else.
import { operationsOf } from "../document.mjs";
import { same } from "./schema.mjs";

/** @import { Json } from "./schema.mjs" */
/** @import { Difference } from "./compare.mjs" */

/** @typedef {{ place: string, keyword: string, official: unknown, reason: string, objects: Json[] }} Mark */

/** @param {string} place @param {Json} object @returns {Mark[]} */
const read = (place, object) =>
  Object.entries(object).map(([keyword, mark]) =>
    typeof mark === "string"
      ? { place, keyword, official: undefined, reason: mark.trim(), objects: [object] }
      : { place, keyword, official: mark.official, reason: mark.reason.trim(), objects: [object] },
  );

/** Every mark of the contract, in its order. @param {Json} contract in full @returns {Mark[]} */
export function marksOf(contract) {
  /** @type {Mark[]} */
  const marks = [];
  /** @param {string} place @param {Json} schema */
  function visit(place, schema) {
    if (schema["x-deviation"] !== undefined) marks.push(...read(place, schema["x-deviation"]));
    for (const [name, property] of Object.entries(schema.properties ?? {})) visit(`${place}.${name}`, property);
    if (schema.items) visit(`${place}[]`, schema.items);
    if (typeof schema.additionalProperties === "object") visit(`${place}{}`, schema.additionalProperties);
    for (const [index, one] of [...(schema.oneOf ?? []), ...(schema.anyOf ?? []), ...(schema.allOf ?? [])].entries())
      visit(`${place}(${index})`, one);
  }
  for (const { operation } of operationsOf(contract)) {
    const name = String(operation["x-name"]);
    if (operation["x-deviation"] !== undefined) marks.push(...read(name, operation["x-deviation"]));
    for (const parameter of operation.parameters ?? []) {
      const place = parameter.in === "query" ? `${name} ?${parameter.name}` : `:${parameter.name}`;
      const known = marks.filter((mark) => mark.place === place);
      // A parameter of paths is one mark, although each operation repeats it.
      if (known.length === 0) visit(place, parameter.schema);
      else for (const mark of known) mark.objects.push(parameter.schema["x-deviation"]);
    }
  }
  for (const [name, schema] of Object.entries(contract.components.schemas)) visit(name, schema);
  return marks;
}

/** The mark that covers a difference. @param {Mark[]} marks @param {Difference} difference */
export const covering = (marks, { marks: here, keyword, document }) =>
  marks.find((mark) => mark.keyword === keyword && same(mark.official, document) && mark.objects.some((one) => here.includes(one)));
