// A page that manages services, and its server, which holds the key: the page never sees it.
//
//     npm install clickhouse-cloud esbuild
//     npx esbuild proxy-page/page.js --bundle --minify --format=esm --outfile=proxy-page/page.bundle.js
//     node proxy-node.mjs
//
// CLICKHOUSE_CLOUD_API_KEY, CLICKHOUSE_CLOUD_API_SECRET and CLICKHOUSE_ORG_ID name the key; with the lines that
// `npx clickhouse-cloud sandbox --time-scale 60` prints it runs without an account.
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createProxy, toNodeListener } from "clickhouse-cloud/proxy";

// A stand-in for your own sign-in: every visitor of the page is signed in, by its cookie.
const session = randomUUID();

const proxy = toNodeListener(
  createProxy({
    prefix: "/api/clickhouse",
    // It is reached on this machine alone, which is the default: elsewhere, name its host here.
    hosts: process.env.HOST_NAME?.split(","),
    allow: ["services.list", "services.get", "services.create", "services.updateState", "services.delete"],
    authorize: ({ headers }) => headers.get("cookie")?.split("; ").includes(`session=${session}`) ?? false,
  }),
);

const files = {
  "/": ["index.html", "text/html; charset=utf-8"],
  "/page.bundle.js": ["page.bundle.js", "text/javascript; charset=utf-8"],
};

const server = createServer(async (request, response) => {
  if (request.url.startsWith("/api/clickhouse/")) return proxy(request, response);
  const [name, type] = files[request.url] ?? [];
  if (name === undefined) return response.writeHead(404).end();
  const policy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; img-src data:";
  response.writeHead(200, {
    "content-type": type,
    "content-security-policy": policy,
    "set-cookie": `session=${session}; HttpOnly; SameSite=Strict; Path=/`,
  });
  response.end(await readFile(new URL(`proxy-page/${name}`, import.meta.url)));
});
server.listen(process.env.PORT ?? 3000, "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}/`));
