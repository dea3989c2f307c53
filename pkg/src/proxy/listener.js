// @ts-check
// The proxy in servers that speak `(request, response)`, as node:http, Express and their like do. Nothing of Node is
// imported: this loads everywhere.
import { Refusal } from "./answers.js";

/**
 * What is read of a request of node:http. A framework may have read its body before.
 *
 * @typedef {object} NodeRequest
 * @property {string | undefined} [method] By default GET.
 * @property {string | undefined} [url] The path and what follows it.
 * @property {string[]} rawHeaders Names and values in turn, as they came.
 * @property {object} socket One that is `encrypted` is of https.
 * @property {unknown} [body] The body, where a framework has parsed it.
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
  } catch {
    // A method such as TRACE, or a target that is no address.
    return whole(new Refusal(501, "NOT_IMPLEMENTED", "the proxy takes no such request").response);
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
  const { method = "GET", url = "/", rawHeaders, socket } = given;
  const headers = new Headers();
  let host = "localhost";
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const [name = "", value = ""] = rawHeaders.slice(index, index + 2);
    if (/^(?:host|:authority)$/i.test(name)) host = value;
    // HTTP/2 has some whose names are none.
    if (!name.startsWith(":")) headers.append(name, value);
  }
  headers.set("host", host);
  // To fetch, GET and HEAD have no body; any other may have an empty one.
  const bodiless = method === "GET" || method === "HEAD";
  const body = bodiless ? null : given.body === undefined ? bodyOf(given) : parsedBody(given.body, headers);
  // Put together, not resolved: a path that begins with two slashes would name a host.
  const target = url.startsWith("/") ? `${"encrypted" in socket ? "https" : "http"}://${host}${url}` : url;
  /** @type {RequestInit & { duplex: "half" }} */
  const init = { method, headers, signal, duplex: "half", body };
  return new Request(target, init);
}

/**
 * @param {NodeRequest & AsyncIterable<any>} given
 * @returns {BodyInit}
 */
function bodyOf(given) {
  const parts = given[Symbol.asyncIterator]();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await parts.next();
      if (done) controller.close();
      else controller.enqueue(new Uint8Array(value));
    },
  });
}

/**
 * What a framework has parsed. Some put an object there where no body came.
 *
 * @param {unknown} body
 * @param {Headers} headers
 */
function parsedBody(body, headers) {
  const came = headers.has("transfer-encoding") || Number(headers.get("content-length")) > 0;
  return came ? JSON.stringify(body) : null;
}
