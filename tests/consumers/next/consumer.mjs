// @ts-check
import { rmSync } from "node:fs";
import { join } from "node:path";

// From 16.3 on, `next build --webpack` fails on an edge route of app/, whatever is in it: there it is one of pages/.
const applications = {
  turbopack: { client: "/client", server: "/server", route: "/route", edge: "/edge" },
  webpack: { client: "/client", server: "/server", route: "/route", edge: "/api/edge" },
};
export const rows = Object.entries(applications).flatMap(([bundler, paths]) => Object.keys(paths).map((name) => `${bundler}_${name}`));

/** @type {import("../harness.mjs").Consumer} */
export default async ({ folder, env, run, start, visit }) => {
  env.NEXT_TELEMETRY_DISABLED = "1";
  /** @type {Record<string, unknown>} */
  const answers = {};
  for (const [bundler, paths] of Object.entries(applications)) {
    if (bundler === "webpack") rmSync(join(folder, "app/edge"), { recursive: true });
    await run("next", "build", `--${bundler}`);
    const { child, printed, get } = start("next", "start", "--hostname", "127.0.0.1", "--port", "0");
    const [upstream] = await printed(/http:\/\/127\.0\.0\.1:[1-9]\d*/);
    const asked = Object.entries(paths).map(async ([name, path]) => {
      const isPage = name === "client" || name === "server";
      return [`${bundler}_${name}`, await (isPage ? visit({ upstream, path }) : get(upstream + path))];
    });
    Object.assign(answers, Object.fromEntries(await Promise.all(asked)));
    child.kill();
  }
  return answers;
};
