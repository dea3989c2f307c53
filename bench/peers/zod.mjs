// @ts-nocheck: its imports are there only once they are installed
// A contract (contract.mjs) as a zod schema.
import { z } from "zod";
import { each } from "./each.mjs";

/** @typedef {import("./contract.mjs").Shape} Shape */

/** @param {Shape} shape */
export function zod(shape) {
  switch (shape.type) {
    case "object":
      return z.looseObject(each(shape, (member) => (member.required ? zod(member.shape) : zod(member.shape).nullish())));
    case "array":
      return z.array(zod(shape.items));
    case "string":
      return { uuid: () => z.guid(), "date-time": () => z.iso.datetime({ offset: true }) }[shape.format]?.() ?? z.string();
    case "integer":
      return z.int();
    case "any":
      return z.unknown();
    default:
      return z[shape.type]();
  }
}
