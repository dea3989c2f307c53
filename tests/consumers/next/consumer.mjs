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
    answers[`${bundler}_client`] = await visit({ upstream, path: paths.client });
    answers[`${bundler}_server`] = await visit({ upstream, path: paths.server });
    answers[`${bundler}_route`] = await get(upstream + paths.route);
    answers[`${bundler}_edge`] = await get(upstream + paths.edge);
    child.kill();
  }
  return answers;
};
