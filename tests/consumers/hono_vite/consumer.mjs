// @ts-check

/** @type {import("../harness.mjs").Consumer} */
export default async ({ env, run, start }) => {
  Object.assign(env, { CI: "1", WRANGLER_SEND_METRICS: "false" });
  await run("vite", "build");
  const anywhere = ["--ip", "127.0.0.1", "--port", "0", "--inspector-port", "0"];
  const server = start("wrangler", "dev", ...anywhere, "--var", `SANDBOX:${env.SANDBOX}`);
  const [, url] = await server.printed(/Ready on (http:\/\/\S+)/);
  return server.get(url);
};
