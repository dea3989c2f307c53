// @ts-check
// A forward proxy between a browser and the server of wasm-bindgen's test runner. That server (tiny_http 0.12) may queue a
// connection behind others that the browser keeps open and idle, and then never reads it. The proxy gives each request a connection
// of its own, which ends with the request, so no queued connection waits forever.
import { createServer, request } from "node:http";
import { join } from "node:path";
import { read, root, work, write } from "./tools.mjs";

/**
 * Writes a webdriver.json with which Chromium uses the proxy, and returns its path.
 */
export async function unstuckChromium() {
  const config = JSON.parse(read(join(root, "webdriver.json")));
  // Also for loopback.
  config["goog:chromeOptions"].args.push(`--proxy-server=${await unstuck()}`, "--proxy-bypass-list=<-loopback>");
  const path = join(work, "webdriver.json");
  write(path, JSON.stringify(config));
  return path;
}

/** The address of the proxy. */
async function unstuck() {
  const server = createServer((incoming, response) => {
    const { method, url = "", headers } = incoming;
    const onward = request(url, { method, headers: { ...headers, connection: "close" }, agent: false }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on("error", () => response.destroy());
    incoming.pipe(onward);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  // The server ends with the test runner.
  server.unref();
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  return `http://127.0.0.1:${port}`;
}
