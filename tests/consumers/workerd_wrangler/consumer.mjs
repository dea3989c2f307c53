// @ts-check

/** @type {import("../harness.mjs").Consumer} */
export default async ({ env, start }) => {
  Object.assign(env, { CI: "1", WRANGLER_SEND_METRICS: "false" });
  const { printed } = start("wrangler", "dev", "--ip", "127.0.0.1", "--port", "0", "--inspector-port", "0", "--var", `SANDBOX:${env.SANDBOX}`);
  const [, url] = await printed(/Ready on (http:\/\/\S+)/);
  return (await fetch(url)).json();
};
