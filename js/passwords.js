// @ts-check
// The public password functions. All are synchronous; the wasm computes the hashes and reads the host's randomness.
import * as wasm from "./wasm.js";
import { read } from "./read.js";

/**
 * Gives the SHA-256 of a password in base64, as `newPasswordHash` expects it.
 *
 * Throws a `ConfigurationError` when the password is neither a string nor bytes.
 *
 * @param {string | Uint8Array} password The password: a string, or its UTF-8 bytes.
 * @returns {string}
 */
export function hashPassword(password) {
  return wasm.hashPassword(password);
}

/**
 * Gives the SHA-1 of the SHA-1 of a password as 40 hexadecimal digits, as `newDoubleSha1Hash` expects it. The MySQL interface
 * uses this hash; the API accepts it only together with `newPasswordHash`.
 *
 * Throws a `ConfigurationError` when the password is neither a string nor bytes.
 *
 * @param {string | Uint8Array} password The password: a string, or its UTF-8 bytes.
 * @returns {string}
 */
export function doubleSha1Hash(password) {
  return wasm.doubleSha1Hash(password);
}

/**
 * Generates a random password with lower-case and upper-case letters, digits and punctuation. It uses the host's
 * cryptographic randomness.
 *
 * Throws a `ConfigurationError` when `length` is below 12 or above 1,024.
 *
 * @param {{ length?: number | undefined }} [options] `length` is the number of characters, 24 by default.
 * @returns {string}
 */
export function generatePassword(options) {
  return wasm.generate(read("generatePassword", options, "length:from:0").length ?? 24);
}
