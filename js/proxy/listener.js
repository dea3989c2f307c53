// @ts-check
// Adapts the proxy to servers that call `(request, response)`, such as node:http and Express. It imports nothing of Node, so that
// it loads in every runtime.
import { get, withoutPrototype } from "../bindings/values.js";
import { HttpError } from "./responses.js";
import { hostIn } from "./hosts.js";

/**
 * The properties of a node:http request that are read. A framework may have read its body before.
 *
 * @typedef {object} NodeRequest
 * @property {string | undefined} [method] By default GET.
 * @property {string | undefined} [url] The path and the query.
 * @property {string | undefined} [originalUrl] The original `url`, if a framework removed the mount path from it.
 * @property {string[]} rawHeaders The headers as a flat list of names and values, as they were received.
 * @property {object} socket The socket; its property `encrypted` marks https.
 * @property {unknown} [body] The body, if a framework has read it: parsed, as bytes, or as text.
 * @property {boolean | undefined} [readableDidRead] Whether the stream of the body has been read from.
 */

/**
 * The properties of a node:http response that are used.
 *
 * @typedef {object} NodeResponse
 * @property {number} statusCode Set before anything is sent.
 * @property {(name: string, value: string | string[]) => unknown} setHeader Sets a header.
 * @property {(body?: any) => unknown} end Sends the body and ends the response.
 * @property {(event: "close", listener: () => void) => unknown} on Registers a listener for the end of the connection.
 */

/**
 * Turns a handler into a listener: `createServer(toNodeListener(proxy))`, `app.use("/api/clickhouse", toNodeListener(proxy))`.
 *
 * @param {(request: Request) => Promise<Response>} handler
 * @returns {(request: NodeRequest & AsyncIterable<any>, response: NodeResponse) => Promise<void>}
 */
export function toNodeListener(handler) {
  return async (request, response) => {
    const closed = new AbortController();
    response.on("close", () => closed.abort());
    const { status, headers, body } = await handled(handler, request, closed.signal).catch(failed);
    response.statusCode = status;
    for (const [name, value] of headers) if (name !== "set-cookie") response.setHeader(name, value);
    const cookies = headers.getSetCookie();
    if (cookies.length > 0) response.setHeader("set-cookie", cookies);
    response.end(body);
  };
}

/**
 * Gives the response with its whole body, which is short.
 *
 * @param {(request: Request) => Promise<Response>} handler
 * @param {NodeRequest & AsyncIterable<any>} given
 * @param {AbortSignal} signal
 */
async function handled(handler, given, signal) {
  let request;
  try {
    request = asRequest(given, signal);
  } catch (error) {
    // Any other error is from the Request constructor, such as for the method TRACE.
    const refusal = error instanceof HttpError ? error : new HttpError(501, "NOT_IMPLEMENTED", "the proxy takes no such request");
    return withBody(refusal.response);
  }
  return withBody(await handler(request));
}

/** The response when the body of a refusal by `authorize` fails. An unhandled rejection would end the process. */
const failed = () => withBody(new HttpError(500, "INTERNAL_ERROR", "something went wrong in the proxy").response);

/** @param {Response} response */
async function withBody(response) {
  return { status: response.status, headers: response.headers, body: new Uint8Array(await response.arrayBuffer()) };
}

/**
 * @param {NodeRequest & AsyncIterable<any>} given
 * @param {AbortSignal} signal
 */
function asRequest(given, signal) {
  const { method = "GET", rawHeaders } = given;
  const headers = new Headers();
  /** @type {string[]} */
  const hosts = [];
  /** @type {string[]} */
  const authorities = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const [name = "", value = ""] = rawHeaders.slice(index, index + 2);
    if (/^host$/i.test(name)) hosts.push(value);
    if (name === ":authority") authorities.push(value);
    // HTTP/2 pseudo-headers begin with a colon, and Headers rejects them.
    if (!name.startsWith(":")) headers.append(name, value);
  }
  const { host, target } = addressOf(given, [hosts, authorities]);
  headers.set("host", host);
  // A Request for GET or HEAD must not have a body.
  const body = method === "GET" || method === "HEAD" ? null : bodyOf(given, headers);
  /** @type {RequestInit & { duplex: "half" }} */
  const init = { method, headers, signal, duplex: "half", body };
  return new Request(target, withoutPrototype(init));
}

/**
 * Gives the host and the URL of a request. The URL is concatenated, not resolved: a path that begins with two slashes would
 * resolve to another host. The host is checked first, since it could contain a path, a query or credentials.
 *
 * @param {NodeRequest} given
 * @param {string[][]} headers the values of each header that names the host
 */
function addressOf(given, headers) {
  const { url = "/", socket } = given;
  const originalUrl = String(get(given, "originalUrl") ?? url);
  // An absolute URL as the request target, as clients send to a proxy.
  const [, authority, rest] = /^https?:\/\/([^/?#]*)(.*)$/is.exec(originalUrl) ?? [];
  const path = rest ?? originalUrl;
  const [host = "localhost", ...others] = [...headers.flat(), ...(authority === undefined ? [] : [authority])];
  if (headers.some(({ length }) => length > 1) || others.some((other) => other.toLowerCase() !== host.toLowerCase())) {
    throw new HttpError(400, "BAD_REQUEST", "header.host: expected one host, received several");
  }
  if (hostIn(host) === undefined) throw new HttpError(400, "BAD_REQUEST", "header.host: expected a host, such as app.example.com");
  if (authority === undefined && !path.startsWith("/")) {
    throw new HttpError(501, "NOT_IMPLEMENTED", "the proxy takes no such target");
  }
  return { host, target: `${get(socket, "encrypted") === undefined ? "http" : "https"}://${host}${path}` };
}

/**
 * Gives the body: as a framework has parsed it, or as a stream.
 *
 * @param {NodeRequest & AsyncIterable<any>} given
 * @param {Headers} headers
 * @returns {BodyInit | null}
 */
function bodyOf(given, headers) {
  const body = get(given, "body");
  // Body parsers set an empty object and leave the stream unread if they do not handle the content type.
  if (body === undefined || given.readableDidRead === false) return streamOf(given);
  if (ArrayBuffer.isView(body)) return /** @type {BodyInit} */ (body);
  if (typeof body === "string") return body;
  const text = JSON.stringify(body);
  // Some also set it when there is no body.
  const hasBody = headers.has("transfer-encoding") || Number(headers.get("content-length")) > 0;
  return hasBody || text !== "{}" ? text : null;
}

/**
 * @param {AsyncIterable<any>} given
 * @returns {ReadableStream<Uint8Array>}
 */
function streamOf(given) {
  const parts = given[Symbol.asyncIterator]();
  /** @param {ReadableStreamDefaultController} controller */
  const pull = async (controller) => {
    const { done, value } = await parts.next();
    if (done) controller.close();
    else controller.enqueue(new Uint8Array(value));
  };
  return new ReadableStream(withoutPrototype({ pull }));
}
