// @ts-check
import { checkParts } from "../parts.mjs";

/** @type {import("../harness.mjs").Consumer} */
export default async (context) => {
  const { run, visit } = context;
  await run("vite", "build");
  await checkParts(context, (entry, output) => run("node", "library.mjs", entry, output));
  return visit({ folder: "dist" });
};
