// @ts-check
import { writeFileSync } from "node:fs";
import { join } from "node:path";

/** @type {import("../harness.mjs").Consumer} */
export default async ({ folder, env, run, start }) => {
  // Workers compile no bytes: the .wasm stays a module of its own.
  const wasm = ["--loader:.wasm=copy", "--asset-names=[name]"];
  await run("esbuild", "worker.js", "--bundle", "--format=esm", "--conditions=workerd", ...wasm, "--outdir=dist");
  writeFileSync(join(folder, "sandbox.json"), String(env.SANDBOX));
  const server = start("workerd", "serve", "--verbose", "--control-fd=1", "workerd.capnp");
  const [, port] = await server.printed(/"event":"listen","socket":"http","port":(\d+)/);
  const answer = await server.get(`http://127.0.0.1:${port}/`);

  // More at once than the rate limit of one client lets go: none waits for another, which workerd would end with a 500.
  const statuses = await Promise.all(Array.from({ length: 20 }, async () => (await fetch(`http://127.0.0.1:${port}/list`)).status));
  if (statuses.some((status) => status !== 200)) throw new Error(`requests at the same time were answered ${statuses}`);
  return answer;
};
