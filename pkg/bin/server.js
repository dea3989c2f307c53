// @ts-check
// HTTP in front of a sandbox: each request becomes one call of `sandbox.fetch`, and what that brings becomes the
// answer. What a client sends is bounded in size and in time, so that a broken one cannot fill the memory or stay for
// ever.
import { randomUUID } from "node:crypto";
import { createServer } from "node:http";

/** A longer body is refused. */
const BODY_BYTES = 1024 * 1024;
/** How long an ending server waits for what is under way. */
const GRACE_MS = 2_000;
const LIMITS = {
  maxHeaderSize: 16 * 1024,
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  connectionsCheckingInterval: 5_000,
  // Longer than the pauses between two polls of a client that waits.
  keepAliveTimeout: 60_000,
};

/**
 * Serves a sandbox; resolves when it listens.
 *
 * @param {{ fetch: (request: Request) => Promise<Response> }} sandbox
 * @param {{ host: string, port: number }} where
 * @returns {Promise<{ url: string, close: () => Promise<void> }>}
 */
export async function serve(sandbox, { host, port }) {
  const server = createServer(LIMITS, (request, response) => void answer(request, response));
  let closing = false;

  /**
   * @param {import("node:http").IncomingMessage} request
   * @param {import("node:http").ServerResponse} response
   */
  async function answer(request, response) {
    const gone = new AbortController();
    response.on("close", () => gone.abort());
    try {
      const answered = await ask(sandbox, request, gone.signal);
      const body = Buffer.from(await answered.arrayBuffer());
      const headers = Object.fromEntries(answered.headers);
      if (request.method !== "HEAD") headers["content-length"] = String(body.length);
      if (closing) headers.connection = "close";
      response.writeHead(answered.status, headers).end(body);
    } catch {
      // As fetch has it: a rejection is a connection that ends without an answer.
      request.socket.destroy();
    }
  }

  // A client that asks first is told so before it sends a body that is too long.
  server.on("checkContinue", (request, response) => {
    if (!(Number(request.headers["content-length"]) > BODY_BYTES)) response.writeContinue();
    void answer(request, response);
  });
  server.on("connect", (_, socket) => {
    socket.on("error", () => {});
    socket.end("HTTP/1.1 501 Not Implemented\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
  });

  await new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => resolve(undefined));
  });
  return {
    url: addressOf(server),
    close: () =>
      new Promise((resolve) => {
        closing = true;
        server.close(() => resolve());
        server.closeIdleConnections();
        // What has not ended by then: long answers, and connections that never said a word.
        setTimeout(() => server.closeAllConnections(), GRACE_MS).unref();
      }),
  };
}

/**
 * The sandbox's answer to a request; what fetch cannot carry is refused here, in the same shape.
 *
 * @param {{ fetch: (request: Request) => Promise<Response> }} sandbox
 * @param {import("node:http").IncomingMessage} request
 * @param {AbortSignal} signal
 */
async function ask(sandbox, request, signal) {
  const { method = "GET", url = "/" } = request;
  const body = await bodyOf(request);
  if (body === undefined) return refusal(413, `PAYLOAD_TOO_LARGE: a body has at most ${BODY_BYTES} bytes`);
  const headers = new Headers();
  for (let index = 0; index + 1 < request.rawHeaders.length; index += 2) {
    headers.append(request.rawHeaders[index], request.rawHeaders[index + 1]);
  }
  // To fetch, GET and HEAD have no body.
  const bodiless = method === "GET" || method === "HEAD" || body.length === 0;
  let asked;
  try {
    // An absolute target names a host; the target of `OPTIONS *` and a path that begins with two slashes name none.
    const target = URL.canParse(url) ? url : `http://sandbox${url.startsWith("/") ? "" : "/"}${url}`;
    asked = new Request(target, { method, headers, signal, body: bodiless ? null : body });
  } catch {
    return refusal(501, `NOT_IMPLEMENTED: the sandbox takes no such ${method} request`);
  }
  return sandbox.fetch(asked);
}

/**
 * The whole body; undefined: it is too long. It is read to its end even then, since a client that is still sending
 * would not see the answer.
 *
 * @param {import("node:http").IncomingMessage} request
 */
async function bodyOf(request) {
  if (request.headers.expect !== undefined && Number(request.headers["content-length"]) > BODY_BYTES) return undefined;
  const chunks = [];
  let length = 0;
  for await (const chunk of request) {
    length += chunk.length;
    if (length <= BODY_BYTES) chunks.push(chunk);
    else chunks.length = 0;
  }
  return length <= BODY_BYTES ? Buffer.concat(chunks) : undefined;
}

/**
 * @param {number} status
 * @param {string} error
 */
function refusal(status, error) {
  // It comes before the request is read to its end, or the client is not one to go on with.
  const headers = { "content-type": "application/json; charset=utf-8", connection: "close" };
  return new Response(JSON.stringify({ status, error, requestId: randomUUID() }), { status, headers });
}

/**
 * The address to reach the server at. One that listens everywhere is reached through the loopback, too.
 *
 * @param {import("node:http").Server} server
 */
function addressOf(server) {
  const { address, family, port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  if (family !== "IPv6") return `http://${address === "0.0.0.0" ? "127.0.0.1" : address}:${port}`;
  return `http://[${address === "::" ? "::1" : address}]:${port}`;
}
