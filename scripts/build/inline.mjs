// @ts-check
// Phase 5: the wasm as text in a JavaScript module.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { alphabet, decode, single } from "../../pkg/src/text.js";
import { dist, fail, featureArgument, write } from "../tools.mjs";

const feature = featureArgument();
const bytes = readFileSync(join(dist, `${feature}_bg.wasm`));
const character = Array.from({ length: 256 }, (_, byte) => {
  if (byte < single) return alphabet[byte];
  const rest = byte - single;
  return alphabet[single + Math.floor(rest / alphabet.length)] + alphabet[rest % alphabet.length];
});
const text = Array.from(bytes, (byte) => character[byte]).join("");
if (!bytes.equals(decode(text))) fail("the text does not decode to the wasm");
write(join(dist, `${feature}.text.js`), `export const wasm = "${text}";\n`);
