// @ts-check
import { checkParts } from "../parts.mjs";

/** @type {import("../harness.mjs").Consumer} */
export default async (context) => {
  const { run, visit } = context;
  /** @param {string} entry @param {string} output */
  const bundle = (entry, output) => run("rollup", entry, "--plugin", "node-resolve", "--format", "es", "--file", output);
  await bundle("main.js", "public/main.js");
  await checkParts(context, bundle);
  return visit({ folder: "public" });
};
