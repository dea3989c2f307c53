// @ts-check
// The functions around passwords; all synchronous.
import { generate } from "../dist/client_bg.js";
import { read } from "./read.js";

export { doubleSha1Hash, hashPassword } from "../dist/client_bg.js";

/**
 * A password from the host's randomness, with lower and upper case, digits and punctuation in it.
 *
 * `length` is 24 by default, at least 12 and at most 1,024. Throws a `ConfigurationError` where it is not.
 *
 * @param {{ length?: number | undefined }} [options] How many characters.
 * @returns {string}
 */
export function generatePassword(options) {
  return generate(read("generatePassword", options, "length:from:0").length ?? 24);
}
