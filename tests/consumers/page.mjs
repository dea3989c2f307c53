// @ts-check
// Pages of a consumer, in a real Chromium. Their server forwards `/v1/…` to the sandbox, so that they stay on one origin,
// and tells at `/sandbox.json` what a client in the page is given.
import { createReadStream, existsSync, statSync } from "node:fs";
import { createServer, request } from "node:http";
import { connect } from "node:net";
import { extname, join, normalize } from "node:path";
import { chromium as playwright } from "playwright-core";
import { chromium, chromiumArguments } from "../../scripts/chromium.mjs";

/**
 * @typedef {import("node:http").IncomingMessage} Request
 * @typedef {import("node:http").ServerResponse} Response
 */

/** @type {Record<string, string>} */
const types = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".css": "text/css",
  ".json": "application/json",
  ".wasm": "application/wasm",
};

/** @type {Promise<import("playwright-core").Browser> | undefined} */
let launched;
/** One for all consumers; each visit has a context of its own. */
const browser = () => (launched ??= playwright.launch({ executablePath: chromium(), args: chromiumArguments }));
export const closeBrowser = async () => (await launched)?.close();

/**
 * @param {string} root of the consumer
 * @param {{ url: string, keyId: string, keySecret: string, organizationId: string }} sandbox
 * @param {(end: () => unknown) => void} after
 */
export function visitor(root, { url, ...key }, after) {
  /**
   * Opens a page, and gives the answer that it leaves in `globalThis.answer`; rejects with what went wrong in the page.
   *
   * Served is a folder of the consumer; or what a `handler` answers; or what the server `upstream` answers. The headers
   * are added to each answer.
   *
   * @param {{
   *   folder?: string,
   *   handler?: (request: Request, response: Response) => void,
   *   upstream?: string,
   *   path?: string,
   *   headers?: Record<string, string>,
   * }} what
   */
  return async function visit({ folder = ".", handler, upstream, path = "/", headers = {} }) {
    const rest = handler ?? (upstream === undefined ? files(join(root, folder)) : forwarding(upstream));
    const origin = await serve(rest, { url, ...key }, after, { headers, upstream });

    const context = await (await browser()).newContext();
    after(() => context.close());
    const page = await context.newPage();
    const wrong = new Promise((_, reject) => {
      page.on("pageerror", (error) => reject(new Error(error.stack ?? String(error))));
      page.on("console", (message) => message.type() === "error" && reject(new Error(`${message.text()} (${message.location().url})`)));
    });
    const answered = async () => {
      await page.goto(new URL(path, origin).href);
      const handle = await page.waitForFunction(() => /** @type {any} */ (globalThis).answer, undefined, { timeout: 120_000 });
      return handle.jsonValue();
    };
    return Promise.race([answered(), wrong]);
  };
}

/**
 * The server of a page, on loopback; gives its origin.
 *
 * @param {(request: Request, response: Response) => void} rest answers what is not the sandbox's
 * @param {{ url: string, keyId: string, keySecret: string, organizationId: string }} sandbox
 * @param {(end: () => unknown) => void} after
 * @param {{ headers?: Record<string, string>, upstream?: string }} [more] headers of each response, and a server that gets the
 *   websockets
 */
export async function serve(rest, { url, ...key }, after, { headers = {}, upstream } = {}) {
  const sandbox = forwarding(url);
  const server = createServer((incoming, response) => {
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    const { pathname } = new URL(incoming.url ?? "/", "http://localhost");
    if (pathname.startsWith("/v1/")) return sandbox(incoming, response);
    if (pathname === "/favicon.ico") return response.writeHead(204).end();
    if (pathname !== "/sandbox.json") return rest(incoming, response);
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ baseUrl: `http://${incoming.headers.host}`, ...key }));
  });
  if (upstream !== undefined) server.on("upgrade", tunnel(upstream));
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  after(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  return `http://127.0.0.1:${port}`;
}

/** @param {string} folder @returns {(request: Request, response: Response) => void} */
export const files = (folder) => (incoming, response) => {
  const { pathname } = new URL(incoming.url ?? "/", "http://localhost");
  const path = join(folder, normalize(pathname.endsWith("/") ? `${pathname}index.html` : pathname));
  if (!existsSync(path) || !statSync(path).isFile()) return void response.writeHead(404).end();
  response.setHeader("content-type", types[extname(path)] ?? "application/octet-stream");
  createReadStream(path).pipe(response);
};

/** @param {string} target @returns {(request: Request, response: Response) => void} */
const forwarding = (target) => (incoming, response) => {
  const { method, headers, url = "/" } = incoming;
  const onward = request(new URL(url, target), { method, headers: { ...headers, host: new URL(target).host } }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  onward.on("error", () => response.destroy());
  incoming.pipe(onward);
};

/** The websockets of a development server. @param {string} target */
const tunnel =
  (target) =>
  (/** @type {Request} */ { method, url, rawHeaders }, /** @type {import("node:stream").Duplex} */ socket) => {
    const { hostname, port } = new URL(target);
    const onward = connect(Number(port), hostname);
    const headers = rawHeaders.map((text, index) => (index % 2 === 0 ? `${text}: ` : `${text}\r\n`));
    onward.write(`${method} ${url} HTTP/1.1\r\n${headers.join("")}\r\n`);
    onward.on("error", () => socket.destroy());
    socket.on("error", () => onward.destroy());
    onward.pipe(socket).pipe(onward);
  };
