// @ts-check
// The functions around passwords; all synchronous.
import * as wasm from "./wasm.js";
import { read } from "./read.js";

/**
 * The SHA-256 of a password in base64, for `newPasswordHash`.
 *
 * A string counts as its UTF-8 bytes. Throws a `ConfigurationError` where the password is neither.
 *
 * @param {string | Uint8Array} password A string, or its bytes.
 * @returns {string}
 */
export function hashPassword(password) {
  return wasm.hashPassword(password);
}

/**
 * The SHA-1 of the SHA-1 of a password as 40 hexadecimal digits, for `newDoubleSha1Hash`: the MySQL interface's. The service
 * takes it only along with `newPasswordHash`.
 *
 * A string counts as its UTF-8 bytes. Throws a `ConfigurationError` where the password is neither.
 *
 * @param {string | Uint8Array} password A string, or its bytes.
 * @returns {string}
 */
export function doubleSha1Hash(password) {
  return wasm.doubleSha1Hash(password);
}

/**
 * A password from the host's randomness, with lower and upper case, digits and punctuation in it.
 *
 * `length` is 24 by default, at least 12 and at most 1,024. Throws a `ConfigurationError` where it is not.
 *
 * @param {{ length?: number | undefined }} [options] How many characters.
 * @returns {string}
 */
export function generatePassword(options) {
  return wasm.generate(read("generatePassword", options, "length:from:0").length ?? 24);
}
