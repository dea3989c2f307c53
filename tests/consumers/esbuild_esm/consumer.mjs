// @ts-check
import { checkParts } from "../parts.mjs";

/** @type {import("../harness.mjs").Consumer} */
export default async (context) => {
  const { run, visit } = context;
  /** @param {string} entry @param {string} output */
  const bundle = (entry, output) => run("esbuild", entry, "--bundle", "--minify", "--format=esm", `--outfile=${output}`);
  await bundle("main.js", "public/main.js");
  await checkParts(context, bundle);
  return visit({ folder: "public" });
};
