// @ts-check
// The control of a served sandbox: the methods of the class `Sandbox` under `/__sandbox/`. Its requests need no key, meet
// no fault and are not in the ledger.
import { ConfigurationError } from "clickhouse-cloud";
import { Sandbox } from "clickhouse-cloud/sandbox";

/** The prefix of its paths. */
export const CONTROL = "/__sandbox/";

/**
 * The methods of each path. A result of undefined becomes a 204.
 *
 * @type {Record<string, Record<string, (sandbox: Sandbox, body: any) => unknown>>}
 */
const PATHS = {
  state: { GET: (sandbox) => sandbox.state() },
  ledger: { GET: (sandbox) => sandbox.ledger() },
  snapshot: { GET: (sandbox) => sandbox.snapshot(), PUT: (sandbox, snapshot) => sandbox.restore(snapshot) },
  faults: { GET: () => Sandbox.faults(), POST: (sandbox, injection) => sandbox.inject(injection) },
  advance: {
    POST: (sandbox, body) => {
      const { ms } = only(body, { ms: "number" });
      sandbox.advance(ms);
    },
  },
  "verify-password": {
    POST: (sandbox, body) => {
      const { serviceId, password } = only(body, { serviceId: "string", password: "string" });
      return { valid: sandbox.verifyPassword(serviceId, password) };
    },
  },
};

/** A rejected request. */
class Rejection extends Error {
  /**
   * @param {number} status
   * @param {string} message
   * @param {Record<string, string>} [headers]
   */
  constructor(status, message, headers) {
    super(message);
    this.status = status;
    this.headers = headers;
  }
}

/**
 * Carries out a control request.
 *
 * @param {Sandbox} sandbox
 * @param {string} method
 * @param {string} path
 * @param {Buffer} body
 * @returns {{ status: number, headers?: Record<string, string>, body: unknown }}
 */
export function control(sandbox, method, path, body) {
  try {
    const name = path.slice(CONTROL.length);
    if (!Object.hasOwn(PATHS, name)) {
      const known = Object.keys(PATHS).join(", ");
      throw new Rejection(404, `NOT_FOUND: there is nothing at ${path}: under ${CONTROL} are ${known}`);
    }
    const methods = PATHS[name];
    // The server leaves the body of the response out.
    if (method === "HEAD") method = "GET";
    if (!Object.hasOwn(methods, method)) {
      const allow = Object.keys(methods).join(", ");
      throw new Rejection(405, `METHOD_NOT_ALLOWED: ${path} takes ${allow}`, { allow });
    }
    const result = methods[method](sandbox, method === "GET" ? undefined : parse(body));
    return { status: result === undefined ? 204 : 200, body: result };
  } catch (error) {
    if (error instanceof Rejection) return { status: error.status, headers: error.headers, body: error.message };
    if (error instanceof ConfigurationError) return { status: 400, body: `BAD_REQUEST: ${error.message}` };
    throw error;
  }
}

/** @param {Buffer} body */
function parse(body) {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch (error) {
    throw new Rejection(400, `BAD_REQUEST: body: expected JSON, received something else: ${/** @type {Error} */ (error).message}`);
  }
}

/**
 * An object with these properties and no others.
 *
 * @param {any} body
 * @param {Record<string, "number" | "string">} types
 */
function only(body, types) {
  if (typeof body !== "object" || body === null || Array.isArray(body)) throw new Rejection(400, "BAD_REQUEST: body: expected an object");
  for (const [name, type] of Object.entries(types)) {
    if (typeof body[name] !== type) throw new Rejection(400, `BAD_REQUEST: body.${name}: expected a ${type}`);
  }
  for (const name of Object.keys(body)) {
    if (!Object.hasOwn(types, name))
      throw new Rejection(400, `BAD_REQUEST: body.${name}: unknown, known are ${Object.keys(types).join(", ")}`);
  }
  return body;
}
