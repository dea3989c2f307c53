// @ts-check

/** @type {import("../harness.mjs").Consumer} */
export default async ({ run }) => JSON.parse(await run("node", "main.js"));
