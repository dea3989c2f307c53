// @ts-check
// HTTP in front of a sandbox: each request becomes one call of `sandbox.fetch`, and what that brings becomes the
// answer. What a client sends is bounded in size and in time, so that a broken one cannot fill the memory or stay for
// ever.
import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { CONTROL, control } from "./control.js";

/** A longer body is refused. */
const BODY_BYTES = 1024 * 1024;
/** The same for the control: snapshots are long. */
const CONTROL_BODY_BYTES = 64 * 1024 * 1024;
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
 * @param {import("clickhouse-cloud/sandbox").Sandbox} sandbox
 * @param {{ host: string, port: number, controlled: boolean }} where
 * @returns {Promise<{ url: string, close: () => Promise<void> }>}
 */
export async function serve(sandbox, { host, port, controlled }) {
  const server = createServer(LIMITS, (request, response) => void answer(request, response));
  let closing = false;

  /** @param {import("node:http").IncomingMessage} request */
  const isControl = (request) => controlled && pathOf(request).startsWith(CONTROL);

  /**
   * @param {import("node:http").IncomingMessage} request
   * @param {import("node:http").ServerResponse} response
   */
  async function answer(request, response) {
    const gone = new AbortController();
    response.on("close", () => gone.abort());
    try {
      const answered = isControl(request) ? await command(sandbox, request) : await ask(sandbox, request, gone.signal);
      const body = Buffer.from(await answered.arrayBuffer());
      const headers = Object.fromEntries(answered.headers);
      if (request.method !== "HEAD" && answered.status !== 204) headers["content-length"] = String(body.length);
      if (closing) headers.connection = "close";
      response.writeHead(answered.status, headers).end(body);
    } catch {
      // As fetch has it: a rejection is a connection that ends without an answer.
      request.socket.destroy();
    }
  }

  // A client that asks first is told so before it sends a body that is too long.
  server.on("checkContinue", (request, response) => {
    const bytes = isControl(request) ? CONTROL_BODY_BYTES : BODY_BYTES;
    if (!(Number(request.headers["content-length"]) > bytes)) response.writeContinue();
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

/** @param {import("node:http").IncomingMessage} request */
const pathOf = ({ url = "/" }) => url.split("?", 1)[0];

/**
 * What comes of a request of the control.
 *
 * @param {import("clickhouse-cloud/sandbox").Sandbox} sandbox
 * @param {import("node:http").IncomingMessage} request
 */
async function command(sandbox, request) {
  const body = await bodyOf(request, CONTROL_BODY_BYTES);
  if (body === undefined) return tooLong(CONTROL_BODY_BYTES);
  const { status, headers, body: result } = control(sandbox, request.method ?? "GET", pathOf(request), body);
  if (status >= 400) return refusal(status, String(result), headers);
  return status === 204 ? new Response(null, { status }) : Response.json(result);
}

/**
 * The sandbox's answer to a request; what fetch cannot carry is refused here, in the same shape.
 *
 * @param {import("clickhouse-cloud/sandbox").Sandbox} sandbox
 * @param {import("node:http").IncomingMessage} request
 * @param {AbortSignal} signal
 */
async function ask(sandbox, request, signal) {
  const { method = "GET", url = "/" } = request;
  const body = await bodyOf(request, BODY_BYTES);
  if (body === undefined) return tooLong(BODY_BYTES);
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
    return refusal(501, `NOT_IMPLEMENTED: the sandbox takes no such ${method} request`, LAST);
  }
  return sandbox.fetch(asked);
}

/**
 * The whole body; undefined: it is too long. It is read to its end even then, since a client that is still sending
 * would not see the answer.
 *
 * @param {import("node:http").IncomingMessage} request
 * @param {number} bytes
 */
async function bodyOf(request, bytes) {
  if (request.headers.expect !== undefined && Number(request.headers["content-length"]) > bytes) return undefined;
  const chunks = [];
  let length = 0;
  for await (const chunk of request) {
    length += chunk.length;
    if (length <= bytes) chunks.push(chunk);
    else chunks.length = 0;
  }
  return length <= bytes ? Buffer.concat(chunks) : undefined;
}

// It comes before the request is read to its end, or the client is not one to go on with.
const LAST = { connection: "close" };

/** @param {number} bytes */
const tooLong = (bytes) => refusal(413, `PAYLOAD_TOO_LARGE: a body has at most ${bytes} bytes`, LAST);

/**
 * @param {number} status
 * @param {string} error
 * @param {Record<string, string>} [headers]
 */
function refusal(status, error, headers) {
  const all = { "content-type": "application/json; charset=utf-8", ...headers };
  return new Response(JSON.stringify({ status, error, requestId: randomUUID() }), { status, headers: all });
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
