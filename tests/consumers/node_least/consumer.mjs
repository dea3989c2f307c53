// @ts-check
// The oldest Node that the package supports: node_modules/.bin has it.
export const rows = ["esm", "cjs"];

/** @type {import("../harness.mjs").Consumer} */
export default async ({ run }) => {
  const version = (await run("node", "--version")).trim();
  if (version !== "v20.0.0") throw new Error(`this is Node ${version}`);
  return { esm: JSON.parse(await run("node", "main.mjs")), cjs: JSON.parse(await run("node", "main.cjs")) };
};
