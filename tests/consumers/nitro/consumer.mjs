// @ts-check

export const rows = ["cloudflare", "deno"];

/** @type {import("../harness.mjs").Consumer} */
export default async ({ env, run, start }) => {
  Object.assign(env, { CI: "1", WRANGLER_SEND_METRICS: "false", NITRO_TELEMETRY_DISABLED: "1" });
  /** @type {Record<string, unknown>} */
  const answers = {};

  await run("nitropack", "build", "--preset", "cloudflare_module");
  const anywhere = ["--ip", "127.0.0.1", "--port", "0", "--inspector-port", "0"];
  const worker = start("wrangler", "dev", ".output/server/index.mjs", "--compatibility-date", "2026-04-01", "--compatibility-flags", "nodejs_compat", ...anywhere);
  const [, url] = await worker.printed(/Ready on (http:\/\/\S+)/);
  answers.cloudflare = await worker.get(url);

  await run("nitropack", "build", "--preset", "deno_server");
  env.PORT = "0";
  const server = start("deno", "run", "-A", ".output/server/index.mjs");
  const [, port] = await server.printed(/Listening \S+:(\d+)/);
  answers.deno = await server.get(`http://127.0.0.1:${port}`);
  return answers;
};
