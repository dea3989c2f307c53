// @ts-check
// The bodies of requests, bounded each and all together.
import { Bytes } from "../dist/bytes.js";

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
