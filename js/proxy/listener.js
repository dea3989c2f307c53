// @ts-check
// The proxy in servers that speak `(request, response)`, as node:http, Express and their like do. Nothing of Node is
// imported: this loads everywhere.
import { alone, get } from "../bindings/values.js";
import { Refusal } from "./answers.js";
import { hostIn } from "./hosts.js";

/**
 * What is read of a request of node:http. A framework may have read its body before.
 *
 * @typedef {object} NodeRequest
 * @property {string | undefined} [method] By default GET.
 * @property {string | undefined} [url] The path and what follows it.
 * @property {string | undefined} [originalUrl] The same, where a framework has cut the path that the listener is mounted at.
 * @property {string[]} rawHeaders Names and values in turn, as they came.
 * @property {object} socket One that is `encrypted` is of https.
 * @property {unknown} [body] The body, where a framework has read it: parsed, as bytes, or as a text.
 * @property {boolean | undefined} [readableDidRead] Whether somebody has read from the stream of its body.
 */

/**
 * What is used of a response of node:http.
 *
 * @typedef {object} NodeResponse
 * @property {number} statusCode Set before anything is sent.
 * @property {(name: string, value: string | string[]) => unknown} setHeader Sets a header.
 * @property {(body?: any) => unknown} end Sends the body, and with it all.
 * @property {(event: "close", listener: () => void) => unknown} on Tells when the connection is gone.
 */

/**
 * Makes a listener of a handler: `createServer(toNodeListener(proxy))`, `app.use("/api/clickhouse", toNodeListener(proxy))`.
 *
 * @param {(request: Request) => Promise<Response>} handler
 * @returns {(request: NodeRequest & AsyncIterable<any>, response: NodeResponse) => Promise<void>}
 */
export function toNodeListener(handler) {
  return async (request, response) => {
    const gone = new AbortController();
    response.on("close", () => gone.abort());
    const { status, headers, body } = await answered(handler, request, gone.signal).catch(failed);
    response.statusCode = status;
    for (const [name, value] of headers) if (name !== "set-cookie") response.setHeader(name, value);
    const cookies = headers.getSetCookie();
    if (cookies.length > 0) response.setHeader("set-cookie", cookies);
    response.end(body);
  };
}

/**
 * The answer, with its whole body: it is short.
 *
 * @param {(request: Request) => Promise<Response>} handler
 * @param {NodeRequest & AsyncIterable<any>} given
 * @param {AbortSignal} signal
 */
async function answered(handler, given, signal) {
  let request;
  try {
    request = asRequest(given, signal);
  } catch (error) {
    // Or else a method such as TRACE.
    const refusal = error instanceof Refusal ? error : new Refusal(501, "NOT_IMPLEMENTED", "the proxy takes no such request");
    return whole(refusal.response);
  }
  return whole(await handler(request));
}

/** The body of a refusal that `authorize` made broke off: nobody else may hear of it, or the process would end. */
const failed = () => whole(new Refusal(500, "INTERNAL_ERROR", "something went wrong in the proxy").response);

/** @param {Response} answer */
async function whole(answer) {
  return { status: answer.status, headers: answer.headers, body: new Uint8Array(await answer.arrayBuffer()) };
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
    // HTTP/2 has some whose names are none.
    if (!name.startsWith(":")) headers.append(name, value);
  }
  const { host, target } = addressOf(given, [hosts, authorities]);
  headers.set("host", host);
  // To fetch, GET and HEAD have no body; any other may have an empty one.
  const body = method === "GET" || method === "HEAD" ? null : bodyOf(given, headers);
  /** @type {RequestInit & { duplex: "half" }} */
  const init = { method, headers, signal, duplex: "half", body };
  return new Request(target, alone(init));
}

/**
 * The host of a request, and its whole address. Put together, not resolved: a path that begins with two slashes would name
 * a host. The host is one before it becomes a part of an address: it could hold a path, a query or a user.
 *
 * @param {NodeRequest} given
 * @param {string[][]} headers what each header says that names the host
 */
function addressOf(given, headers) {
  const { url = "/", socket } = given;
  const originalUrl = String(get(given, "originalUrl") ?? url);
  // The whole address as a target, as to a proxy.
  const [, authority, rest] = /^https?:\/\/([^/?#]*)(.*)$/is.exec(originalUrl) ?? [];
  const path = rest ?? originalUrl;
  const [host = "localhost", ...others] = [...headers.flat(), ...(authority === undefined ? [] : [authority])];
  if (headers.some(({ length }) => length > 1) || others.some((other) => other.toLowerCase() !== host.toLowerCase())) {
    throw new Refusal(400, "BAD_REQUEST", "header.host: expected one host, received several");
  }
  if (hostIn(host) === undefined) throw new Refusal(400, "BAD_REQUEST", "header.host: expected a host, such as app.example.com");
  if (authority === undefined && !path.startsWith("/")) {
    throw new Refusal(501, "NOT_IMPLEMENTED", "the proxy takes no such target");
  }
  return { host, target: `${get(socket, "encrypted") === undefined ? "http" : "https"}://${host}${path}` };
}

/**
 * What a framework has left of a body, or its stream.
 *
 * @param {NodeRequest & AsyncIterable<any>} given
 * @param {Headers} headers
 * @returns {BodyInit | null}
 */
function bodyOf(given, headers) {
  const body = get(given, "body");
  // Parsers leave an empty object where the type is none of theirs, and the stream as it was.
  if (body === undefined || given.readableDidRead === false) return streamOf(given);
  if (ArrayBuffer.isView(body)) return /** @type {BodyInit} */ (body);
  if (typeof body === "string") return body;
  const text = JSON.stringify(body);
  // And some do so where no body came.
  const came = headers.has("transfer-encoding") || Number(headers.get("content-length")) > 0;
  return came || text !== "{}" ? text : null;
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
  return new ReadableStream(alone({ pull }));
}
