// @ts-check

/** @type {import("../harness.mjs").Consumer} */
export default async ({ run }) =>
  JSON.parse(await run("deno", "run", "--no-prompt", "--allow-net=127.0.0.1", "--allow-env=SANDBOX", "main.js"));
