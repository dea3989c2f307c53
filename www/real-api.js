// @ts-check
// The real API behind the development server: the package's proxy, with the key of the environment, which never reaches the page.
// Off where the environment has no key, and not in a built page.
import { createRequire } from "node:module";
import { createProxy, toNodeListener } from "clickhouse-cloud/proxy";

/** @type {{ paths: Record<string, Record<string, { "x-name"?: string }>> }} */
const contract = createRequire(import.meta.url)("clickhouse-cloud/openapi.json");
const PREFIX = "/api/clickhouse";

/** @returns {import("vite").Plugin} */
export const realApi = () => {
  const { CLICKHOUSE_CLOUD_API_KEY: key, CLICKHOUSE_CLOUD_API_SECRET: secret } = process.env;
  const isOn = Boolean(key && secret);
  return {
    name: "real-api",
    config: (_, { command }) => ({
      define: { "import.meta.env.VITE_REAL_API": JSON.stringify(isOn && command === "serve" ? "on" : "off") },
    }),
    configureServer(server) {
      if (!isOn) return;
      const allow = /** @type {any} */ (
        Object.values(contract.paths).flatMap((item) => Object.values(item).flatMap((operation) => operation["x-name"] ?? []))
      );
      // A console of one's own machine: the server listens on loopback, and its proxy takes no other site's pages.
      const proxy = createProxy({ prefix: PREFIX, allow, authorize: () => true });
      server.middlewares.use(PREFIX, toNodeListener(proxy));
    },
  };
};
