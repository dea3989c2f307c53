// The proxy as a Cloudflare Worker. The key is in its secrets:
//
//     npx wrangler secret put CLICKHOUSE_CLOUD_API_KEY        # and so on
import { createProxy } from "clickhouse-cloud/proxy";

// One for all requests of this instance: they share its rate limit.
let proxy;

export default {
  fetch(request, env) {
    if (!new URL(request.url).pathname.startsWith("/api/clickhouse/")) return new Response(null, { status: 404 });
    proxy ??= createProxy({
      keyId: env.CLICKHOUSE_CLOUD_API_KEY,
      keySecret: env.CLICKHOUSE_CLOUD_API_SECRET,
      organizationId: env.CLICKHOUSE_ORG_ID,
      baseUrl: env.CLICKHOUSE_API_URL, // undefined: ClickHouse Cloud
      prefix: "/api/clickhouse",
      // Where it is reached: without it, only on this machine.
      hosts: ["localhost", env.HOST_NAME ?? "app.example.workers.dev"],
      allow: ["services.list", "services.get", "services.updateState"],
      // It stands for your own: Cloudflare Access, a session in KV, a token of your identity provider.
      authorize: ({ headers }) => headers.get("authorization") === `Bearer ${env.SESSION}`,
    });
    return proxy(request);
  },
};
