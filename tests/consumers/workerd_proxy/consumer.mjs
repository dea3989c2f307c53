// @ts-check
// The proxy in workerd, and before it a client that has no key.
import { writeFileSync } from "node:fs";
import { join } from "node:path";

/** @type {import("../harness.mjs").Consumer} */
export default async ({ folder, env, run, start, sandbox }) => {
  const wasm = ["--loader:.wasm=copy", "--asset-names=[name]"];
  await run("esbuild", "worker.js", "--bundle", "--format=esm", "--conditions=workerd", ...wasm, "--outdir=dist");
  writeFileSync(join(folder, "sandbox.json"), String(env.SANDBOX));
  const server = start("workerd", "serve", "--verbose", "--control-fd=1", "workerd.capnp");
  const [, port] = await server.printed(/"event":"listen","socket":"http","port":(\d+)/);
  env.PROXY = `http://127.0.0.1:${port}/api/clickhouse`;
  const answer = JSON.parse(await run("node", "main.js"));

  // One request cannot wait for another here: workerd would end it with a 500.
  const services = `${env.PROXY}/v1/organizations/${sandbox.organizationId}/services`;
  const statuses = await Promise.all(Array.from({ length: 20 }, async () => (await fetch(services)).status));
  const [fine, full] = [200, 429].map((status) => statuses.filter((one) => one === status).length);
  if (fine === 0 || full === 0 || fine + full !== 20) throw new Error(`beyond the rate limit the proxy answered ${statuses}`);
  return answer;
};
