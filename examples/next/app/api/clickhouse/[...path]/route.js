// The proxy as a route handler of Next: pages say `new CloudClient({ baseUrl: "/api/clickhouse" })`.
//
// The key is in .env.local: CLICKHOUSE_CLOUD_API_KEY, CLICKHOUSE_CLOUD_API_SECRET, CLICKHOUSE_ORG_ID. HOST_NAME is where pages
// reach it, such as app.example.com.
import { createProxy } from "clickhouse-cloud/proxy";

// Made with the first request: `next build` loads this file where there is no key.
let proxy;
function handler(request) {
  proxy ??= createProxy({
    prefix: "/api/clickhouse",
    // Where it is reached: without it, only on this machine.
    hosts: ["localhost", process.env.HOST_NAME ?? "app.example.com"],
    allow: ["services.list", "services.get", "services.updateState"],
    authorize: signedIn,
  });
  return proxy(request);
}

/** A stand-in for the check of your sign-in library. */
function signedIn(request) {
  const cookies = request.headers.get("cookie")?.split("; ") ?? [];
  return (
    cookies.includes(`session=${process.env.SESSION}`) || Response.json({ status: 401, error: "UNAUTHORIZED: sign in" }, { status: 401 })
  );
}

export { handler as DELETE, handler as GET, handler as HEAD, handler as OPTIONS, handler as PATCH, handler as POST };

// No answer is kept, neither here nor of the fetch behind it.
export const dynamic = "force-dynamic";
