// @ts-check
// HTTP in front of a sandbox: each request becomes one call, and what comes of it becomes the answer. What a client sends
// is bounded in size and in time, so that a broken one cannot fill the memory or stay for ever.
import { randomUUID } from "node:crypto";
import { STATUS_CODES, createServer } from "node:http";
import { ask, hold } from "../dist/sandbox_bg.js";
import { BODY_BYTES, CONTROL_BODY_BYTES, announces, bodyOf, hasBody } from "./bodies.js";
import { CONTROL, control } from "./control.js";
import { cors } from "./cors.js";
import { pack, wantsGzip } from "./encoding.js";
import { named, served } from "./hosts.js";

/** How long an ending server waits for what is under way. */
const GRACE_MS = 2_000;
const CONNECTIONS = 512;
const LIMITS = {
  maxHeaderSize: 16 * 1024,
  connectionsCheckingInterval: 1_000,
  // Longer than the pauses between two polls of a client that waits.
  keepAliveTimeout: 60_000,
  // It is looked for here, where the answer has the API's shape.
  requireHostHeader: false,
};
/** How long the header of a request may take, at most. */
const HEADER_MS = 10_000;
/** How long a client may leave an answer unread. */
const STALLED_MS = 60_000;

/** @typedef {import("node:http").IncomingMessage} Request */
/** @typedef {{ status: number, headers: string[], body: Uint8Array }} Answer */

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
 * What keeps the changes. `note` looks for one; `settled` resolves when all that were noted are kept, and is undefined
 * when they are.
 *
 * @typedef {{ note: (evenNone?: boolean) => void, settled: () => Promise<void> | undefined }} Keeper
 */

/**
 * Serves a sandbox; resolves when it listens.
 *
 * @param {import("clickhouse-cloud/sandbox").Sandbox} sandbox
 * @param {Serving} serving
 * @param {Keeper} [keeper]
 * @returns {Promise<{ url: string, close: () => Promise<void> }>}
 */
export async function serve(sandbox, { host, port, controlled, allowedHosts, origins, requestSeconds }, keeper) {
  const requestTimeout = requestSeconds * 1000;
  const limits = { ...LIMITS, requestTimeout, headersTimeout: Math.min(HEADER_MS, requestTimeout) };
  const server = createServer(limits, (request, response) => void answer(request, response));
  server.maxConnections = CONNECTIONS;
  const isServed = served(host, allowedHosts);
  const sharing = cors(origins);
  /** Connections whose answer is held back: they stand still for a reason. */
  const waiting = new WeakSet();
  let closing = false;

  /** @param {Request} request */
  const isControl = (request) => controlled && pathOf(request).startsWith(CONTROL);

  /**
   * @param {Request} request
   * @param {import("node:http").ServerResponse} response
   */
  async function answer(request, response) {
    try {
      const answered = refused(request) ?? (await (isControl(request) ? command(request) : call(request, response)));
      const unsettled = keeper?.settled();
      if (unsettled !== undefined) await unsettled;
      if (answered === undefined) request.socket.destroy();
      else await send(request, response, answered);
    } catch (error) {
      // A client that has gone is none of ours.
      if (!response.destroyed && !request.destroyed) console.error(error);
      request.socket.destroy();
    }
  }

  /**
   * What is answered before it is looked what is asked for.
   *
   * @param {Request} request
   * @returns {Answer | undefined}
   */
  function refused(request) {
    const { headers } = request;
    const hosts = named(request);
    if (hosts === undefined) return refusal(400, "BAD_REQUEST: header.host: expected a host, received none", LAST);
    const stranger = hosts.find((name) => !isServed(name));
    if (stranger !== undefined) {
      return refusal(421, `MISDIRECTED_REQUEST: ${stranger} is not served here: tell the sandbox of it with --allow-host`, LAST);
    }
    const coding = headers["content-encoding"];
    if (coding !== undefined && coding.toLowerCase() !== "identity") {
      return refusal(415, `UNSUPPORTED_MEDIA_TYPE: header.content-encoding: expected identity, received ${coding}`, [...LAST, "accept-encoding", "identity"]);
    }
    const asked = sharing.preflight(request);
    return asked && { status: 204, headers: asked, body: NOTHING };
  }

  /**
   * The sandbox's answer; undefined: the connection is to end without one.
   *
   * @param {Request} request
   * @param {import("node:http").ServerResponse} response
   * @returns {Promise<Answer | undefined>}
   */
  async function call(request, response) {
    const { method = "GET", url = "/", headers } = request;
    const body = hasBody(request) ? await bodyOf(request, BODY_BYTES) : undefined;
    if (typeof body === "string") return untaken(body, BODY_BYTES);
    const reply = ask(sandbox, method, url, headers.authorization, body);
    if (method !== "GET" && method !== "HEAD") keeper?.note();
    if (reply.delayMs > 0) {
      const gone = new AbortController();
      const abort = () => gone.abort();
      response.once("close", abort);
      waiting.add(request.socket);
      await hold(sandbox, reply.delayMs, gone.signal);
      waiting.delete(request.socket);
      response.off("close", abort);
    }
    if (reply.status === 0) return undefined;
    return { status: reply.status, headers: reply.headers.split("\n").slice(0, -1), body: reply.body };
  }

  /**
   * What comes of a request of the control. Pages send it, too, without asking first: only those that are let in are
   * heard, and those that came from here.
   *
   * @param {Request} request
   * @returns {Promise<Answer>}
   */
  async function command(request) {
    const { method = "GET", headers } = request;
    const { origin } = headers;
    const foreign = origin === undefined ? headers["sec-fetch-site"] === "cross-site" : origin !== `http://${headers.host}`;
    if (foreign && !sharing.admits(origin)) {
      return refusal(403, `FORBIDDEN: pages of ${origin ?? "other sites"} do not control the sandbox: let them in with --cors`, LAST);
    }
    const body = await bodyOf(request, CONTROL_BODY_BYTES);
    if (typeof body === "string") return untaken(body, CONTROL_BODY_BYTES);
    const { status, headers: more, body: result } = control(sandbox, method, pathOf(request), body);
    if (method !== "GET" && method !== "HEAD") keeper?.note(true);
    if (status >= 400) return refusal(status, String(result), Object.entries(more ?? {}).flat());
    if (status === 204) return { status, headers: [], body: NOTHING };
    return { status, headers: ["content-type", "application/json"], body: Buffer.from(JSON.stringify(result)) };
  }

  /**
   * @param {Request} request
   * @param {import("node:http").ServerResponse} response
   * @param {Answer} answered
   */
  async function send({ method, headers }, response, { status, headers: own, body }) {
    // One list, which Node takes as it is: an object would be looked through for each name.
    const all = [...own, "vary", sharing.vary, ...sharing.headers(headers.origin)];
    if (closing) all.push("connection", "close");
    if (body.length > 0 && wantsGzip(headers["accept-encoding"]) && !own.includes("content-encoding")) {
      body = await pack(body);
      all.push("content-encoding", "gzip");
    }
    if (status !== 204) all.push("content-length", String(body.length));
    response.writeHead(status, all);
    response.end(method === "HEAD" ? undefined : body);
  }

  // A client that asks first is told so before it sends a body that is too long, or that nobody will read.
  server.on("checkContinue", (request, response) => {
    const bytes = isControl(request) ? CONTROL_BODY_BYTES : BODY_BYTES;
    if (!announces(request, bytes) && refused(request) === undefined) response.writeContinue();
    void answer(request, response);
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
    // In the middle of an answer nothing can be said.
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
        // What has not ended by then: long answers, and connections that never said a word.
        setTimeout(() => server.closeAllConnections(), GRACE_MS).unref();
      }),
  };
}

const NOTHING = new Uint8Array();
// It comes before the request is read to its end, or the client is not one to go on with.
const LAST = ["connection", "close"];

/** What cannot be read as a request, by Node's word for it. @type {Record<string, [status: number, text: string]>} */
const UNREADABLE = {
  HPE_HEADER_OVERFLOW: [431, `REQUEST_HEADER_FIELDS_TOO_LARGE: a request's head has at most ${LIMITS.maxHeaderSize} bytes`],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: [413, "PAYLOAD_TOO_LARGE: the extensions of a chunk are too long"],
  ERR_HTTP_REQUEST_TIMEOUT: [408, "REQUEST_TIMEOUT: the request did not come to its end in time"],
};

/**
 * The path of a request, which may name the host as well.
 *
 * @param {Request} request
 */
const pathOf = ({ url = "/" }) => url.replace(/^[a-z][a-z\d+.-]*:\/\/[^/?#]*/i, "").split("?", 1)[0];

/**
 * @param {"long" | "full"} why
 * @param {number} bytes
 */
const untaken = (why, bytes) =>
  why === "long"
    ? refusal(413, `PAYLOAD_TOO_LARGE: a body has at most ${bytes} bytes`, LAST)
    : refusal(503, "UNAVAILABLE: too many bodies are on their way, try again", [...LAST, "retry-after", "1"]);

/**
 * @param {number} status
 * @param {string} error
 * @param {string[]} [more] headers
 * @returns {Answer}
 */
function refusal(status, error, more = []) {
  const requestId = randomUUID();
  const headers = ["content-type", "application/json; charset=utf-8", "x-request-id", requestId, ...more];
  return { status, headers, body: Buffer.from(JSON.stringify({ status, error, requestId })) };
}

/**
 * The same as it goes over the wire, where there is no request to answer.
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
