// @ts-check
// Reads the body of a request. It is limited in size, and must be JSON.
import { withoutPrototype } from "../bindings/values.js";
import { Bytes } from "../bytes.js";
import { HttpError } from "./responses.js";

/**
 * Parses a body; gives undefined for an empty one. Only `application/json` is accepted: a page of another site can send text or
 * a form without a CORS preflight, but not JSON.
 *
 * @param {Request} request
 * @param {Uint8Array} bytes
 * @returns {unknown}
 */
export function jsonOf(request, bytes) {
  if (bytes.length === 0) return undefined;
  const type = request.headers.get("content-type") ?? "";
  if (!/^application\/json *(?:;|$)/i.test(type)) {
    throw new HttpError(415, "UNSUPPORTED_MEDIA_TYPE", "a body must be of the content type application/json");
  }
  try {
    return JSON.parse(new TextDecoder("utf-8", withoutPrototype({ fatal: true })).decode(bytes));
  } catch {
    throw new HttpError(400, "BAD_REQUEST", "the body is no JSON");
  }
}

/**
 * Reads a body as bytes; refuses a longer one with a 413.
 *
 * @param {Request} request
 * @param {number} most the largest size, in bytes
 */
export async function bytesOf(request, most) {
  const tooLong = () => new HttpError(413, "PAYLOAD_TOO_LARGE", `a body has at most ${most} bytes`);
  // The size is also checked while reading, since Content-Length may be missing or wrong.
  if (Number(request.headers.get("content-length")) > most) throw tooLong();
  const reader = request.body?.getReader();
  const bytes = new Bytes();
  for (let part = await reader?.read(); part?.value; part = await reader?.read()) {
    if (bytes.length + part.value.length > most) {
      reader?.cancel().catch(() => {});
      throw tooLong();
    }
    bytes.add(part.value);
  }
  return bytes.take();
}
