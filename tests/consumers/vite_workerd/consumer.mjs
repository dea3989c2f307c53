// @ts-check

/** @type {import("../harness.mjs").Consumer} */
export default async ({ run }) => {
  await run("vite", "build");
  return JSON.parse(await run("node", "dist/main.js"));
};
