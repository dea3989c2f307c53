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
  return server.get(`http://127.0.0.1:${port}/`);
};
