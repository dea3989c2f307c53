// @ts-check

/** @type {import("../harness.mjs").Consumer} */
export default async ({ run }) => {
  await run("metro", "build", "main.js", "--out", "bundle.js", "--platform", "ios", "--config", "metro.config.js");
  return JSON.parse(await run("node", "main.cjs"));
};
