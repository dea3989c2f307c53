// @ts-check
// The bodies of requests, bounded each and all together.

/** A longer one is refused. */
export const BODY_BYTES = 1024 * 1024;
/** The same for the control: snapshots are long. */
export const CONTROL_BODY_BYTES = 64 * 1024 * 1024;
/** What is held of all of them at a time. */
const ALL_BYTES = 128 * 1024 * 1024;

/** @typedef {import("node:http").IncomingMessage} Request */

/**
 * Whether a request says that it has a body.
 *
 * @param {Request} request
 */
export const hasBody = ({ headers }) => headers["transfer-encoding"] !== undefined || (headers["content-length"] ?? "0") !== "0";

/**
 * Whether a request announces more than so many bytes.
 *
 * @param {Request} request
 * @param {number} bytes
 */
export const announces = ({ headers }, bytes) => Number(headers["content-length"]) > bytes;

let held = 0;

/**
 * A body, whole; or why it is not taken. It is read to its end even then, since a client that is still sending would not
 * see the answer; unless it asked first.
 *
 * @param {Request} request
 * @param {number} bytes
 * @returns {Promise<Buffer | "long" | "full">}
 */
export async function bodyOf(request, bytes) {
  if (request.headers.expect !== undefined && announces(request, bytes)) return "long";
  /** @type {Buffer[]} */
  const chunks = [];
  let length = 0;
  let own = 0;
  /** @type {"long" | "full" | undefined} */
  let refused;
  try {
    for await (const chunk of request) {
      length += chunk.length;
      if (length > bytes) refused = "long";
      else if (held + chunk.length > ALL_BYTES) refused = "full";
      if (refused === undefined) {
        chunks.push(chunk);
        own += chunk.length;
        held += chunk.length;
      } else if (own > 0) {
        chunks.length = 0;
        held -= own;
        own = 0;
      }
    }
  } finally {
    held -= own;
  }
  return refused ?? (chunks.length === 1 ? chunks[0] : Buffer.concat(chunks));
}
