// @ts-check
// Content negotiation: whether a response is sent as it is, or compressed by gzip.
import { promisify } from "node:util";
import { gzip, gzipSync } from "node:zlib";

const packed = promisify(gzip);
/** Longer bodies are compressed asynchronously, so that other requests go on. */
const SYNC_BYTES = 32 * 1024;

/**
 * Whether an `accept-encoding` header prefers gzip: by name or by `*`, with at least the weight of `identity`.
 *
 * @param {string | undefined} header
 */
export function wantsGzip(header) {
  if (header === undefined) return false;
  /** @type {Map<string, number>} */
  const weights = new Map();
  for (const entry of header.toLowerCase().split(",")) {
    const [name, ...parameters] = entry.split(";").map((part) => part.trim());
    const weight = parameters.map((parameter) => /^q\s*=\s*(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.exec(parameter)?.[1]).find(Boolean);
    weights.set(name === "x-gzip" ? "gzip" : name, weight === undefined ? 1 : Number(weight));
  }
  const gzip = weights.get("gzip") ?? weights.get("*") ?? 0;
  // An absent `identity` is acceptable, too, but not preferred.
  return gzip > 0 && gzip >= (weights.get("identity") ?? 0);
}

/**
 * @param {Uint8Array} body
 * @returns {Buffer | Promise<Buffer>}
 */
export const pack = (body) => (body.length > SYNC_BYTES ? packed(body) : gzipSync(body));
