// @ts-check
// Phase 5: encodes the wasm as text in a JavaScript module, mostly one character per byte, which brotli compresses better than base64.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CODES, PLACES, QUARTERS, decode } from "../../js/runtime/text.js";
import { dist, fail, featureArgument, generated, write } from "../tools.mjs";

const feature = featureArgument();
const bytes = readFileSync(join(dist, `${feature}_bg.wasm`));
const pair = (/** @type {number} */ byte) => QUARTERS[byte >> 6] + PLACES[byte & 63];
const text = Array.from(bytes, (byte) => (CODES[byte] === "$" ? pair(byte) : CODES[byte])).join("");
if (!bytes.equals(decode(text))) fail("the text does not decode to the wasm");
write(join(generated, `${feature}.text.js`), `export const wasm = "${text}";\n`);
