// @ts-check
// Observes the memory of the wasm from outside. Import it before the package is first used.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
/** @type {() => void} */
export const collect = runInNewContext("gc");

/** @type {any} */
let exports;
const { Instance } = WebAssembly;
WebAssembly.Instance = class extends Instance {
  /** @param {WebAssembly.Module} module @param {WebAssembly.Imports} [imports] */
  constructor(module, imports) {
    super(module, imports);
    exports = this.exports;
  }
};

/** Of the module that came up last: its memory, which never shrinks; and how many values of JavaScript it holds. */
export function held() {
  const table = exports.__wbindgen_externrefs;
  let values = 0;
  for (let index = 0; index < table.length; index += 1) if (table.get(index) != null) values += 1;
  return { bytes: exports.memory.buffer.byteLength, values, places: table.length };
}

/** Collects the garbage, until it is so, or for a while. @param {() => boolean} so */
export async function collected(so) {
  for (let round = 0; round < 50 && !so(); round += 1) {
    collect();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** The whole memory of the wasm, including freed blocks. */
export const remembered = () => Buffer.from(exports.memory.buffer);
