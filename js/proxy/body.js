// @ts-check
// The body of a request: bounded, and nothing but JSON.
import { alone } from "../bindings/values.js";
import { Bytes } from "../bytes.js";
import { Refusal } from "./answers.js";

/**
 * The value that a body holds; undefined where there is none. A page of another site can send text or a form without
 * asking first, but no `application/json`: so nothing else is taken.
 *
 * @param {Request} request
 * @param {Uint8Array} bytes
 * @returns {unknown}
 */
export function jsonOf(request, bytes) {
  if (bytes.length === 0) return undefined;
  const type = request.headers.get("content-type") ?? "";
  if (!/^application\/json *(?:;|$)/i.test(type)) {
    throw new Refusal(415, "UNSUPPORTED_MEDIA_TYPE", "a body must be of the content type application/json");
  }
  try {
    return JSON.parse(new TextDecoder("utf-8", alone({ fatal: true })).decode(bytes));
  } catch {
    throw new Refusal(400, "BAD_REQUEST", "the body is no JSON");
  }
}

/**
 * @param {Request} request
 * @param {number} most how many bytes it may have
 */
export async function bytesOf(request, most) {
  const tooLong = () => new Refusal(413, "PAYLOAD_TOO_LARGE", `a body has at most ${most} bytes`);
  // Read as it comes: what a header says of its length is only said.
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
