// @ts-check
// Shared by the tests of the proxy: a service behind it, over HTTP, that records its requests; the proxy in front, over HTTP too; and
// the requests of a page.
import { once } from "node:events";
import { createServer } from "node:http";
import { CloudClient } from "clickhouse-cloud";
import { createProxy, toNodeListener } from "clickhouse-cloud/proxy";
import { Sandbox } from "clickhouse-cloud/sandbox";

/** @typedef {import("clickhouse-cloud/proxy").ProxyOptions} ProxyOptions */
/** @typedef {{ after: (end: () => unknown) => void }} Test */
/** @typedef {{ method: string, url: string, headers: Record<string, string>, body: string }} Seen */

export const key = { keyId: "PLANTED-key-id-of-20-letters", keySecret: "PLANTED-key-secret-as-long-as-they-are" };
export const ORGANIZATION = "3f6c1d1e-8a52-4b6f-9d0c-5a1b2c3d4e5f";
export const OTHER = "99999999-8a52-4b6f-9d0c-5a1b2c3d4e5f";
export const SERVICE = "00000000-8a52-4b6f-9d0c-5a1b2c3d4e5f";
/** @type {import("clickhouse-cloud").CreateServiceBody} */
export const BODY = { name: "events", provider: "aws", region: "eu-west-1", ipAccessList: [] };
export const ALL = /** @type {const} */ ([
  "services.list",
  "services.create",
  "services.get",
  "services.update",
  "services.delete",
  "services.updateState",
  "services.updatePassword",
]);

/**
 * Serves on a free port of this machine until the test ends; gives the address.
 *
 * @param {Test} test
 * @param {import("node:http").RequestListener} listener
 */
export async function listen(test, listener) {
  const server = createServer(listener);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  test.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${/** @type {import("node:net").AddressInfo} */ (server.address()).port}`;
}

/**
 * A service over HTTP: a sandbox, or a script. `seen` is what it was asked.
 *
 * @param {Test} test
 * @param {(request: Request) => Response | Promise<Response>} [script]
 */
export async function upstream(test, script) {
  const sandbox = new Sandbox({ ...key, organizationId: ORGANIZATION, timeScale: 1000 });
  /** @type {Seen[]} */
  const seen = [];
  const url = await listen(test, async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const { method = "", url = "" } = request;
    const headers = /** @type {Record<string, string>} */ (request.headers);
    const body = Buffer.concat(chunks).toString();
    seen.push({ method, url, headers, body });
    const asked = new Request(`http://upstream${url}`, { method, headers, body: body === "" ? null : body });
    const answer = await (script?.(asked) ?? sandbox.fetch(asked));
    response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(Buffer.from(await answer.arrayBuffer()));
  });
  return { url, seen, sandbox };
}

/**
 * A proxy over HTTP, and the service behind it. `log` is all that it said, at its most talkative.
 *
 * @param {Test} test
 * @param {Partial<ProxyOptions>} [options]
 * @param {(request: Request) => Response | Promise<Response>} [script]
 */
export async function proxied(test, options = {}, script) {
  const { url: baseUrl, ...behind } = await upstream(test, script);
  /** @type {string[]} */
  const log = [];
  const line = (/** @type {string} */ text) => void log.push(text);
  const handler = createProxy({
    ...key,
    organizationId: ORGANIZATION,
    baseUrl,
    rateLimit: false,
    allow: ALL,
    authorize: () => true,
    logger: { error: line, warn: line, info: line, debug: line },
    logLevel: "debug",
    ...options,
  });
  const origin = await listen(test, toNodeListener(handler));
  const url = `${origin}/api/clickhouse`;
  return { ...behind, log, handler, origin, url, services: `${url}/v1/organizations/${ORGANIZATION}/services`, page: page(url) };
}

/**
 * The client of a page, as far as it can be had without one.
 *
 * @param {string} baseUrl
 * @param {Partial<import("clickhouse-cloud").CloudClientOptions>} [options]
 */
export const page = (baseUrl, options) => new CloudClient({ baseUrl, rateLimit: false, logLevel: "off", ...options });

/**
 * @param {string} method
 * @param {unknown} body
 * @param {Record<string, string>} [headers]
 */
export const json = (method, body, headers) => ({
  method,
  headers: { "content-type": "application/json", ...headers },
  body: JSON.stringify(body),
});

/**
 * The status of a response in the API's envelope, and the word before the colon.
 *
 * @param {Response} answer
 */
export async function told(answer) {
  const { status, error, requestId, ...more } = await answer.json();
  if (status !== answer.status || typeof requestId !== "string" || Object.keys(more).length > 0)
    throw new Error("this is not the API's envelope");
  return `${status} ${String(error).split(":")[0]}`;
}

/**
 * A response of a scripted service.
 *
 * @param {unknown} result
 * @param {ResponseInit} [init]
 */
export const success = (result, init) => Response.json({ status: 200, requestId: "r-1", result }, init);

/**
 * @param {number} status
 * @param {string} error
 * @param {Record<string, string>} [headers]
 */
export const refusal = (status, error, headers) => Response.json({ status, error, requestId: "r-1" }, { status, headers });
