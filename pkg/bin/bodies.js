// @ts-check
// Reads the bodies of requests, within a limit for each and for all together.
import { Bytes } from "../dist/bytes.js";

/** The longest body of an API request. */
export const BODY_BYTES = 1024 * 1024;
/** The longest file of an upload. */
export const FILE_BYTES = 32 * 1024 * 1024;
/** The longest body of a control request: snapshots are long. */
export const CONTROL_BODY_BYTES = 64 * 1024 * 1024;
/** The most bytes of all bodies in memory. */
const ALL_BYTES = 128 * 1024 * 1024;

/** @typedef {import("node:http").IncomingMessage} Request */

/**
 * Whether a request has a body, by its headers.
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
 * Reads a body; or why it is refused: longer than `bytes`, or too many bodies in memory. A refused body is read to its
 * end, since a client that is still sending would miss the response, unless it sent `expect: 100-continue`.
 *
 * @param {Request} request
 * @param {number} bytes
 * @returns {Promise<Buffer | "long" | "full">}
 */
export async function bodyOf(request, bytes) {
  if (request.headers.expect !== undefined && announces(request, bytes)) return "long";
  const body = new Bytes();
  /** @type {"long" | "full" | undefined} */
  let refused;
  try {
    for await (const chunk of request) {
      if (body.length + chunk.length > bytes) refused ??= "long";
      else if (held + chunk.length > ALL_BYTES) refused ??= "full";
      if (refused === undefined) {
        body.add(chunk);
        held += chunk.length;
      } else {
        held -= body.length;
        body.clear();
      }
    }
  } finally {
    held -= body.length;
  }
  return refused ?? Buffer.from(body.take().buffer);
}
