// @ts-check
// The whole contract as an OpenAPI document, which build.rs writes and the later build phases read.
import { join } from "node:path";
import { operationsOf } from "./document.mjs";
import { read, work } from "./tools.mjs";

/** @type {import("./document.mjs").Json} */
export const contract = JSON.parse(read(join(work, "contract.json")));

export const operations = operationsOf(contract);
