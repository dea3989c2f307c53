// @ts-check
// Hashes of passwords by each side. Runs in Node and in pages; `node:crypto` is added in Node.
import * as noble from "../peers/noble.mjs";

/**
 * @typedef {{ hashPassword(text: string): string, doubleSha1Hash(text: string): string }} Hashes
 * @typedef {{ name: string, text: string, double: boolean, times: number }} Case
 */

/** @type {Case[]} */
export const cases = [
  { name: "SHA-256, base64, 24 characters", text: "correct horse battery st", double: false, times: 200 },
  { name: "SHA-1 of SHA-1, hex, 24 characters", text: "correct horse battery st", double: true, times: 200 },
  { name: "SHA-256, base64, 10,000 characters", text: "correct horse battery st".repeat(420).slice(0, 10_000), double: false, times: 20 },
];

const encoder = new TextEncoder();
const base64 = (/** @type {ArrayBuffer} */ bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes)));
const hex = (/** @type {ArrayBuffer} */ bytes) => Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");

/** Every side must give the same. @param {Case} one @param {Hashes} library @param {Record<string, () => string>} [more] */
export function sides({ text, double }, library, more = {}) {
  const expected = double ? library.doubleSha1Hash(text) : library.hashPassword(text);
  /** @type {Record<string, () => unknown>} */
  const all = {
    "this client": () => (double ? library.doubleSha1Hash(text) : library.hashPassword(text)),
    ...more,
    WebCrypto: async () => {
      const digest = (/** @type {string} */ name, /** @type {BufferSource} */ bytes) => crypto.subtle.digest(name, bytes);
      if (double) return hex(await digest("SHA-1", await digest("SHA-1", encoder.encode(text))));
      return base64(await digest("SHA-256", encoder.encode(text)));
    },
    "@noble/hashes": () => (double ? noble.doubleSha1Hash(text) : noble.hashPassword(text)),
  };
  return Object.fromEntries(
    Object.entries(all).map(([name, hash]) => [
      name,
      () => {
        const found = hash();
        const held = (/** @type {unknown} */ value) => {
          if (value !== expected) throw new Error(`${name}: another hash`);
        };
        return found instanceof Promise ? found.then(held) : held(found);
      },
    ]),
  );
}
