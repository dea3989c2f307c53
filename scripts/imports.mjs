// @ts-check
// Rewrites the import section of a wasm module: every import is named by its position, in a module without a name. So
// what is handed in is `{ "": [first, second, …] }`.
import { fail } from "./tools.mjs";

/**
 * @param {Buffer} wasm whose imports are all functions
 * @returns {Buffer}
 */
export function numberImports(wasm) {
  let at = 8;
  /** An unsigned LEB128 number. */
  const number = () => {
    for (let value = 0, shift = 0; ; shift += 7) {
      const byte = wasm[at++];
      value |= (byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  while (at < wasm.length) {
    const begin = at;
    const id = wasm[at++];
    const size = number();
    if (id !== 2) {
      at += size;
      continue;
    }
    const count = number();
    const content = leb(count);
    for (let index = 0; index < count; index++) {
      // The names of the module and of the import.
      for (let name = 0; name < 2; name++) {
        const length = number();
        at += length;
      }
      if (wasm[at++] !== 0) fail("the wasm imports more than functions");
      const name = Buffer.from(String(index));
      content.push(0, ...leb(name.length), ...name, 0, ...leb(number()));
    }
    const section = Buffer.from([id, ...leb(content.length), ...content]);
    return Buffer.concat([wasm.subarray(0, begin), section, wasm.subarray(at)]);
  }
  return fail("the wasm imports nothing");
}

/** @param {number} value @returns {number[]} */
function leb(value) {
  return value < 128 ? [value] : [(value & 127) | 128, ...leb(value >>> 7)];
}
