// @ts-check

/** @type {import("../harness.mjs").Consumer} */
export default async ({ run }) => {
  // Fails with what it printed.
  await run("bun", "test", "calls.test.js");
  return JSON.parse(await run("bun", "main.js"));
};
