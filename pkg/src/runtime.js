// @ts-check
// How the wasm comes up: by itself, synchronously, at the first use. So nobody calls an init function, constructors and
// synchronous functions work before any await, and an import that is never used costs nothing.

/** @type {WeakSet<Function>} */
const up = new WeakSet();

/**
 * Hands the glue a stand-in for the wasm's exports, whose first property read instantiates the module and swaps itself
 * out. Two entries may share one glue (a bundle for several runtimes): the one that is up first stays.
 *
 * @param {(exports: object) => void} setWasm of the glue, which wasm-bindgen generated
 * @param {WebAssembly.Imports} imports what the module imports, by module name
 * @param {() => Uint8Array<ArrayBuffer> | WebAssembly.Module} source
 */
export function instantiateOnFirstUse(setWasm, imports, source) {
  if (up.has(setWasm)) return;
  /** @type {Record<string | symbol, any> | undefined} */
  let exports;
  const standIn = {
    // Without the traps of a polluted Object.prototype.
    __proto__: null,
    /** @param {object} _ @param {string | symbol} name */
    get(_, name) {
      if (exports === undefined) {
        const given = source();
        // Not instanceof: some sandboxes have a WebAssembly.Module of another realm.
        const module = "byteLength" in given ? new WebAssembly.Module(given) : given;
        exports = new WebAssembly.Instance(module, imports).exports;
        up.add(setWasm);
        setWasm(exports);
        exports.__wbindgen_start();
      }
      return exports[name];
    },
  };
  setWasm(new Proxy({}, standIn));
}
