// @ts-check
// HTTP in front of a sandbox: each request is one call of it. Requests are limited in size and in time, so that a broken
// client cannot fill the memory or occupy a connection for ever.
import { randomUUID } from "node:crypto";
import { STATUS_CODES, createServer } from "node:http";
import { ask, hold } from "../dist/server.js";
import { BODY_BYTES, CONTROL_BODY_BYTES, announces, bodyOf, hasBody } from "./bodies.js";
import { CONTROL, control } from "./control.js";
import { cors } from "./cors.js";
import { pack, wantsGzip } from "./encoding.js";
import { served, strangers } from "./hosts.js";

/** How long an ending server waits for requests that are under way. */
const GRACE_MS = 2_000;
const CONNECTIONS = 512;
const LIMITS = {
  maxHeaderSize: 16 * 1024,
  connectionsCheckingInterval: 1_000,
  // Longer than the pauses between two polls of a client that waits.
  keepAliveTimeout: 60_000,
  // Checked here, where the response has the API's shape.
  requireHostHeader: false,
};
/** How long the headers of a request may take. */
const HEADER_MS = 10_000;
/** How long a client may leave a response unread. */
const STALLED_MS = 60_000;

/** @typedef {import("node:http").IncomingMessage} Request */
/** @typedef {import("node:http").ServerResponse} Response */
/** @typedef {{ status: number, headers: string[], body: Uint8Array }} Reply */

/**
 * @typedef {object} Serving
 * @property {string} host
 * @property {number} port
 * @property {boolean} controlled
 * @property {string[]} allowedHosts
 * @property {string[]} origins
 * @property {number} requestSeconds How long a request may take to arrive.
 */

/**
 * The store of changes. `note` queues those since the last call; `settled` resolves when all queued ones are stored, and is
 * undefined when they are.
 *
 * @typedef {{ note: (evenNone?: boolean) => void, settled: () => Promise<void> | undefined }} Store
 */

/**
 * Serves a sandbox; resolves when it listens.
 *
 * @param {import("clickhouse-cloud/sandbox").Sandbox} sandbox
 * @param {Serving} serving
 * @param {Store} [store]
 * @returns {Promise<{ url: string, close: () => Promise<void> }>}
 */
export async function serve(sandbox, { host, port, controlled, allowedHosts, origins, requestSeconds }, store) {
  const requestTimeout = requestSeconds * 1000;
  const limits = { ...LIMITS, requestTimeout, headersTimeout: Math.min(HEADER_MS, requestTimeout) };
  const server = createServer(limits, answer);
  server.maxConnections = CONNECTIONS;
  const strangerIn = strangers(served(host, allowedHosts));
  const sharing = cors(origins);
  /** Connections whose response is delayed on purpose: they do not time out. */
  const waiting = new WeakSet();
  let closing = false;

  /** @param {Request} request */
  const isControl = (request) => controlled && pathOf(request).startsWith(CONTROL);

  /**
   * Synchronous where nothing is awaited: most requests are reads, and each turn of the event loop costs.
   *
   * @param {Request} request
   * @param {Response} response
   */
  function answer(request, response) {
    const failed = (/** @type {unknown} */ error) => {
      // A client that has disconnected is no failure.
      if (!response.destroyed && !request.destroyed) console.error(error);
      request.socket.destroy();
    };
    try {
      const replied = refused(request) ?? (isControl(request) ? command(request) : call(request, response));
      const sent =
        replied instanceof Promise ? replied.then((reply) => settle(request, response, reply)) : settle(request, response, replied);
      sent?.catch(failed);
    } catch (error) {
      failed(error);
    }
  }

  /**
   * Sends a reply, as soon as every change that it may show is stored.
   *
   * @param {Request} request
   * @param {Response} response
   * @param {Reply | undefined} reply
   * @returns {Promise<void> | undefined}
   */
  function settle(request, response, reply) {
    const done = () => (reply === undefined ? void request.socket.destroy() : send(request, response, reply));
    const unsettled = store?.settled();
    return unsettled === undefined ? done() : unsettled.then(done);
  }

  /**
   * The reply to a request that is refused whatever its path is, and to a CORS preflight.
   *
   * @param {Request} request
   * @returns {Reply | undefined}
   */
  function refused(request) {
    const { headers } = request;
    const stranger = strangerIn(request);
    if (stranger === false)
      return refusal(400, "BAD_REQUEST: header.host: expected one host, received none, several or something else", LAST);
    if (stranger !== undefined) {
      return refusal(421, `MISDIRECTED_REQUEST: ${stranger} is not served here: tell the sandbox of it with --allow-host`, LAST);
    }
    const coding = headers["content-encoding"];
    if (coding !== undefined && coding.toLowerCase() !== "identity") {
      return refusal(415, `UNSUPPORTED_MEDIA_TYPE: header.content-encoding: expected identity, received ${coding}`, [
        ...LAST,
        "accept-encoding",
        "identity",
      ]);
    }
    const allowed = sharing.preflight(request);
    return allowed && { status: 204, headers: allowed, body: NOTHING };
  }

  /**
   * The sandbox's reply; undefined: the connection ends without a response.
   *
   * @param {Request} request
   * @param {Response} response
   * @returns {Reply | undefined | Promise<Reply | undefined>}
   */
  function call(request, response) {
    if (!hasBody(request)) return carryOut(request, response);
    return bodyOf(request, BODY_BYTES).then((body) =>
      typeof body === "string" ? refusedBody(body, BODY_BYTES) : carryOut(request, response, body),
    );
  }

  /**
   * @param {Request} request
   * @param {Response} response
   * @param {Buffer} [body]
   */
  function carryOut(request, response, body) {
    const { method = "GET", url = "/", headers } = request;
    const { authorization } = headers;
    const reached = ask(sandbox, method, url, authorization, body, request.socket.remoteAddress);
    const { status, headers: lines, body: bytes, delayMs, changed } = reached;
    if (changed) store?.note();
    const reply = status === 0 ? undefined : { status, headers: names(lines), body: bytes };
    return delayMs > 0 ? heldBack(request, response, delayMs).then(() => reply) : reply;
  }

  /**
   * Waits so many real milliseconds, or until the client disconnects.
   *
   * @param {Request} request
   * @param {Response} response
   * @param {number} ms
   */
  async function heldBack({ socket }, response, ms) {
    const gone = new AbortController();
    const abort = () => gone.abort();
    response.once("close", abort);
    waiting.add(socket);
    // It rejects when the client has disconnected.
    await hold(sandbox, ms, gone.signal).catch(() => {});
    waiting.delete(socket);
    response.off("close", abort);
  }

  /**
   * The reply to a control request. Pages can send some without a preflight: only those of this server and of the allowed
   * origins pass.
   *
   * @param {Request} request
   * @returns {Promise<Reply>}
   */
  async function command(request) {
    const { method = "GET", headers } = request;
    const { origin } = headers;
    const foreign = origin === undefined ? headers["sec-fetch-site"] === "cross-site" : origin !== `http://${headers.host}`;
    if (foreign && !sharing.allows(origin)) {
      return refusal(403, `FORBIDDEN: pages of ${origin ?? "other sites"} do not control the sandbox: let them in with --cors`, LAST);
    }
    const body = await bodyOf(request, CONTROL_BODY_BYTES);
    if (typeof body === "string") return refusedBody(body, CONTROL_BODY_BYTES);
    const { status, headers: more, body: result } = control(sandbox, method, pathOf(request), body);
    if (method !== "GET" && method !== "HEAD") store?.note(true);
    if (status >= 400) return refusal(status, String(result), Object.entries(more ?? {}).flat());
    if (status === 204) return { status, headers: [], body: NOTHING };
    return { status, headers: ["content-type", "application/json"], body: Buffer.from(JSON.stringify(result)) };
  }

  /**
   * @param {Request} request
   * @param {Response} response
   * @param {Reply} reply
   * @returns {Promise<void> | undefined}
   */
  function send({ method, headers }, response, { status, headers: own, body }) {
    // A list, which Node takes as it is: an object costs a look-up per name.
    own.push("vary", sharing.vary, ...sharing.headers(headers.origin));
    if (closing) own.push("connection", "close");
    const end = (/** @type {Buffer | Uint8Array} */ bytes) => {
      if (status !== 204) own.push("content-length", String(bytes.length));
      response.writeHead(status, own);
      // A latin1 string goes out in one write with the head; bytes would be a second one.
      if (method === "HEAD") response.end();
      else response.end(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1"), "latin1");
    };
    if (body.length === 0 || !wantsGzip(headers["accept-encoding"])) return void end(body);
    own.push("content-encoding", "gzip");
    const packed = pack(body);
    return packed instanceof Promise ? packed.then(end) : void end(packed);
  }

  // A client that expects a 100 gets a refusal before it sends its body.
  server.on("checkContinue", (request, response) => {
    const bytes = isControl(request) ? CONTROL_BODY_BYTES : BODY_BYTES;
    if (!announces(request, bytes) && refused(request) === undefined) response.writeContinue();
    answer(request, response);
  });
  server.on("checkExpectation", (request, response) => {
    const text = `EXPECTATION_FAILED: header.expect: expected 100-continue, received ${request.headers.expect}`;
    void send(request, response, refusal(417, text, LAST));
  });
  server.on("connect", (_, socket) => {
    socket.on("error", () => {});
    socket.end(message(501, "NOT_IMPLEMENTED: the sandbox is no proxy"));
  });
  server.on("clientError", (/** @type {NodeJS.ErrnoException} */ error, socket) => {
    // Within a response no other one can begin.
    const begun = /** @type {any} */ (socket)._httpMessage?.headersSent === true;
    if (error.code === "ECONNRESET" || !socket.writable || begun) return void socket.destroy();
    const [status, text] = UNREADABLE[error.code ?? ""] ?? [400, "BAD_REQUEST: expected HTTP/1.1, received something else"];
    socket.end(message(status, text), () => socket.destroy());
  });
  server.setTimeout(STALLED_MS, (socket) => {
    if (!waiting.has(socket)) socket.destroy();
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
        // Slow responses, and connections without a request.
        setTimeout(() => server.closeAllConnections(), GRACE_MS).unref();
      }),
  };
}

const NOTHING = new Uint8Array();

/**
 * Names and values, a line each.
 *
 * @param {string} lines
 */
const names = (lines) => {
  const list = lines.split("\n");
  list.pop();
  return list;
};

// For replies before the end of the request, and to clients whose next request is not trusted.
const LAST = ["connection", "close"];

/** The replies to unreadable requests, by Node's error code. @type {Record<string, [status: number, text: string]>} */
const UNREADABLE = {
  HPE_HEADER_OVERFLOW: [431, `REQUEST_HEADER_FIELDS_TOO_LARGE: a request's head has at most ${LIMITS.maxHeaderSize} bytes`],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: [413, "PAYLOAD_TOO_LARGE: the extensions of a chunk are too long"],
  ERR_HTTP_REQUEST_TIMEOUT: [408, "REQUEST_TIMEOUT: the request did not come to its end in time"],
};

/**
 * The path of a request, whose target may be an absolute URL.
 *
 * @param {Request} request
 */
const pathOf = ({ url = "/" }) => url.replace(/^[a-z][a-z\d+.-]*:\/\/[^/?#]*/i, "").split("?", 1)[0];

/**
 * @param {"long" | "full"} why
 * @param {number} bytes
 */
const refusedBody = (why, bytes) =>
  why === "long"
    ? refusal(413, `PAYLOAD_TOO_LARGE: a body has at most ${bytes} bytes`, LAST)
    : refusal(503, "UNAVAILABLE: too many bodies are on their way, try again", [...LAST, "retry-after", "1"]);

/**
 * @param {number} status
 * @param {string} error
 * @param {string[]} [more] headers
 * @returns {Reply}
 */
function refusal(status, error, more = []) {
  const requestId = randomUUID();
  const headers = ["content-type", "application/json; charset=utf-8", "x-request-id", requestId, ...more];
  return { status, headers, body: Buffer.from(JSON.stringify({ status, error, requestId })) };
}

/**
 * The same as bytes, where there is no request to reply to.
 *
 * @param {number} status
 * @param {string} error
 */
function message(status, error) {
  const { headers, body } = refusal(status, error, [...LAST, "date", new Date().toUTCString()]);
  const lines = [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`];
  for (let index = 0; index < headers.length; index += 2) lines.push(`${headers[index]}: ${headers[index + 1]}`);
  return `${lines.join("\r\n")}\r\ncontent-length: ${body.length}\r\n\r\n${Buffer.from(body)}`;
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
