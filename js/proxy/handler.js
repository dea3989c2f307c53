// @ts-check
// The proxy: it holds the key, and responds to a page's client as the API would. A request is not forwarded: the proxy reads the
// operation and its arguments from it, and its own client builds a new request. Headers and unknown paths never reach the API.
import { RateLimitError } from "../errors.js";
import { needRoom } from "../bindings/stack.js";
import { get, withoutPrototype } from "../bindings/values.js";
import { HttpError, envelope, errorResponse, successResponse } from "./responses.js";
import { KEY, fingerprintOf, idempotencyTable, keyOf } from "./idempotency.js";
import { bytesOf, jsonOf } from "./body.js";
import { hostCheck } from "./hosts.js";
import { allowedOrigin, corsHeaders, isPreflight, preflightResponse } from "./origin.js";
import { matchCall, methodsOf, routesAt, typedPath } from "./routes.js";
import { redactor } from "../client.js";
import { settings } from "./settings.js";
import { rateLimited } from "./rate-limit.js";

/** @import { MatchedCall } from "./routes.js" */
/** @import { ProxyOptions } from "./types.js" */

/** The headers of every response: it is not cached, its type is not sniffed, and other sites cannot embed it. */
const ALWAYS = {
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  "cross-origin-resource-policy": "same-origin",
};

/** The longest time for which one 429 refuses all calls. Then one call is sent again, to learn the remaining time. */
const MAX_CLOSED_MS = 60_000;

/**
 * Creates a handler that lets pages use the key without having it. It allows only the operations in `allow`, only one
 * organization, only requests that `authorize` accepts, and no pages of other sites, except those in `origins`. The handler
 * never rejects, except at the end of the stack: failures become responses.
 *
 * In the page, `new CloudClient({ baseUrl: "/api/clickhouse" })` needs no key and no organization.
 *
 * Throws a `ConfigurationError` when an option is unknown, missing or invalid.
 *
 * @param {ProxyOptions} options
 * @returns {(request: Request) => Promise<Response>}
 */
export function createProxy(options) {
  const all = settings(options);
  const { client, sending, allow, authorize, hosts, origins, prefix, clean, log, now } = all;
  const checkHost = hostCheck(hosts, origins, log);
  const join = idempotencyTable(now);
  const organizationId = all.organizationId.toLowerCase();
  let closedUntil = 0;

  /**
   * @param {Request} request
   * @returns {Promise<Response>}
   */
  async function handle(request) {
    const call = matchCall(request.method, new URL(request.url), prefix);
    checkAllowed(call);
    const refusal = await authorizationResponse(request, call);
    if (refusal !== undefined) return refusal;
    if (call.route.name === "organizations.list") return organizations(request);
    return send(request, call);
  }

  /**
   * Refuses operations that are not allowed, and other organizations.
   *
   * @param {MatchedCall} call
   */
  function checkAllowed({ route, path }) {
    // The id of the organization is given to every authorized page, even if organizations.list is not allowed.
    if (!allow.has(route.name) && route.name !== "organizations.list") {
      throw new HttpError(403, "FORBIDDEN", `the proxy does not allow ${route.name}`);
    }
    const requested = get(path, "organizationId");
    if (requested !== undefined && String(requested).toLowerCase() !== organizationId) {
      throw new HttpError(403, "FORBIDDEN", "the proxy is for another organization");
    }
  }

  /**
   * Gives the response that refuses the request; undefined if `authorize` returned `true`.
   *
   * @param {Request} request
   * @param {MatchedCall} call
   */
  async function authorizationResponse(request, { route, path }) {
    /** @type {any} */
    let decision;
    try {
      decision = await authorize(request, { operation: route.name, path });
    } catch (error) {
      log("authorize threw", error);
    }
    if (decision === true) return undefined;
    // Not instanceof: in some hosts the Response is of another realm.
    const status = typeof decision === "object" ? get(decision, "status") : undefined;
    if (typeof status !== "number") return new HttpError(403, "FORBIDDEN", "not authorized").response;
    return new Response(
      /** @type {any} */ (get(decision, "body")),
      withoutPrototype({ status, headers: /** @type {any} */ (get(decision, "headers")) }),
    );
  }

  /**
   * Gives the only organization, which a page's client without an `organizationId` asks for. Without permission for
   * organizations.list, the result has only its id.
   *
   * @param {Request} request
   */
  async function organizations(request) {
    const own = { id: all.organizationId };
    if (!allow.has("organizations.list")) return envelope({ status: 200, requestId: crypto.randomUUID(), result: [own] });
    const full = await call(request.signal, "organizations.list", {});
    const data = [full.data].flat().filter((/** @type {any} */ one) => String(get(one, "id")).toLowerCase() === organizationId);
    return successResponse({ ...full, data }, true, clean);
  }

  /**
   * @param {Request} request
   * @param {MatchedCall} call
   */
  async function send(request, { route, path: { organizationId: _, ...path }, query }) {
    if (request.bodyUsed) {
      log("authorize has read the request's body: let it read that of request.clone()");
      throw new HttpError(500, "INTERNAL_ERROR", "the body is gone");
    }
    const bytes = await bytesOf(request, all.maxRequestBytes);
    const parameters = { path: typedPath(route, path), query, body: jsonOf(request, bytes) };
    // This redactor also knows the secrets of this request.
    const own = redactor(client, route.name, parameters);
    const key = keyOf(request);
    if (key === undefined) {
      try {
        return successResponse(await call(request.signal, route.name, parameters), route.json, own);
      } catch (error) {
        return failureResponse(request.signal, error, own);
      }
    }
    const fingerprint = await fingerprintOf(request, bytes);
    return join(key, fingerprint, request.signal, async (signal, sent) => {
      try {
        return { response: successResponse(await call(signal, route.name, parameters, sent), route.json, own), sent: true };
      } catch (error) {
        return { response: failureResponse(signal, error, own), sent: !(error instanceof HttpError) };
      }
    });
  }

  /**
   * @param {AbortSignal} signal
   * @param {string} operation
   * @param {object} parameters
   * @param {() => void} [sent] called when the request is sent
   */
  async function call(signal, operation, parameters, sent) {
    const closedMs = closedUntil - now();
    // A longer time shows that the clock was set back.
    if (closedMs > 0 && closedMs <= MAX_CLOSED_MS) throw rateLimited(closedMs);
    const id = crypto.randomUUID();
    if (sent !== undefined) sending.set(id, sent);
    const headers = sent === undefined ? {} : { [KEY]: id };
    try {
      return await client.request(/** @type {any} */ (operation), parameters, { signal, headers }).withResponse();
    } catch (error) {
      // The API would refuse other calls as well.
      if (error instanceof RateLimitError) closedUntil = now() + Math.min(error.retryAfterMs, MAX_CLOSED_MS);
      throw error;
    } finally {
      sending.delete(id);
    }
  }

  /**
   * @param {AbortSignal | undefined} signal
   * @param {unknown} error
   * @param {(text: string) => string} clean
   */
  function failureResponse(signal, error, clean) {
    if (error instanceof HttpError) return error.response;
    // The page is gone, and reads no response.
    if (signal?.aborted) return new HttpError(499, "CLIENT_CLOSED_REQUEST", "the request was aborted").response;
    const response = errorResponse(error, clean);
    if (response !== undefined) return response;
    log("a call failed", error);
    return new HttpError(500, "INTERNAL_ERROR", "something went wrong in the proxy").response;
  }

  /**
   * @param {Request} request
   * @returns {Promise<[Response, origin?: string]>}
   */
  async function respond(request) {
    let origin;
    try {
      checkHost(request);
      origin = allowedOrigin(request, origins);
      const preflight = origin !== undefined && isPreflight(request);
      return [
        preflight ? preflightResponse(request, methodsOf(routesAt(new URL(request.url).pathname, prefix))) : await handle(request),
        origin,
      ];
    } catch (error) {
      return [failureResponse(request.signal, error, clean), origin];
    }
  }

  return async (request) => {
    // Checked here, where it rejects only this promise: deeper, an overflow could lose a rejected promise, which ends the process.
    needRoom();
    const [{ status, body, headers }, origin] = await respond(request);
    const merged = new Headers(headers);
    for (const [name, value] of Object.entries({ ...ALWAYS, ...corsHeaders(origin) })) merged.set(name, value);
    return new Response(request.method === "HEAD" ? null : body, withoutPrototype({ status, headers: merged }));
  };
}
