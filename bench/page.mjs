// @ts-check
// The console's first load: bytes after brotli of its own code, and the time until the list of services is on screen, at 1.6 Mbps
// with 150 ms of latency and a processor four times slower. Fails above the limits.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";
import { launch, serve } from "../tests/page/site.mjs";
import { LIMIT_BYTES, own, ownBytes } from "../tests/page/weight.mjs";

const LIMIT_MS = 2500;
const RUNS = 5;

const site = await serve();
const files = new Map();
const server = createServer((request, response) => {
  const { pathname } = new URL(request.url ?? "/", "http://localhost");
  const path = join(site.folder, normalize(pathname === "/" ? "/index.html" : pathname));
  const types = /** @type {Record<string, string>} */ ({ ".html": "text/html", ".js": "text/javascript", ".css": "text/css" });
  try {
    const body = files.get(path) ?? brotliCompressSync(readFileSync(path), { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } });
    files.set(path, body);
    response.writeHead(200, { "content-type": types[extname(path)] ?? "application/octet-stream", "content-encoding": "br" }).end(body);
  } catch {
    response.writeHead(404).end();
  }
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
const browser = await launch();

/** One visit of a new visitor. */
async function visit() {
  const context = await browser.newContext();
  const page = await context.newPage();
  const devtools = await context.newCDPSession(page);
  await devtools.send("Network.enable");
  const throughput = 1.6e6 / 8;
  await devtools.send("Network.emulateNetworkConditions", {
    offline: false,
    latency: 150,
    downloadThroughput: throughput,
    uploadThroughput: throughput,
  });
  await devtools.send("Emulation.setCPUThrottlingRate", { rate: 4 });
  /** @type {string[]} */
  const loaded = [];
  page.on("requestfinished", (request) => loaded.push(new URL(request.url()).pathname));
  const start = performance.now();
  await page.goto(`http://127.0.0.1:${port}/`, { waitUntil: "commit" });
  await page.getByRole("link", { name: "events" }).waitFor();
  const ms = performance.now() - start;
  const before = [...loaded];
  await context.close();
  return { ms, before };
}

try {
  // The first run compresses.
  await visit();
  const visits = [];
  for (let run = 0; run < RUNS; run += 1) visits.push(await visit());
  const times = visits.map(({ ms }) => ms).sort((a, b) => a - b);
  const median = times[Math.floor(RUNS / 2)] ?? Number.NaN;
  const bytes = ownBytes(site.folder);
  console.log(
    `own JavaScript and CSS: ${bytes.toLocaleString("en")} bytes after brotli, in ${own(site.folder).length} files (limit ${LIMIT_BYTES.toLocaleString("en")})`,
  );
  console.log(`first list on screen: ${Math.round(median)} ms, ${times.map(Math.round).join(", ")} (limit ${LIMIT_MS})`);
  console.log(`loaded by then: ${visits[0]?.before.join(", ")}`);
  if (median > LIMIT_MS || bytes > LIMIT_BYTES) process.exitCode = 1;
} finally {
  await browser.close();
  server.close();
  server.closeAllConnections();
  site.close();
}
