// @ts-check
// Instantiates the wasm synchronously at its first use. Users call no init function, constructors and synchronous functions
// work before any await, and an import that is never used costs nothing.
import { CloudError } from "../errors.js";
import { inPage } from "./environment.js";
import { decode } from "./text.js";

/** @type {any} */
const host = globalThis;

/** The wasm: bytes as text, a compiled module, or an instance. @typedef {string | WebAssembly.Module | { exports: object }} Source */

/** @type {WeakSet<Function>} */
const up = new WeakSet();

/**
 * Gives the glue a proxy in place of the wasm's exports. The first property read instantiates the module and replaces the
 * proxy. If two entry points share one glue (a bundle for several runtimes), the first instance stays.
 *
 * @param {(exports: object) => void} setWasm the setter of the glue that wasm-bindgen generated
 * @param {WebAssembly.Imports} imports the imports of the module, by module name
 * @param {() => Source} source
 */
export function instantiateOnFirstUse(setWasm, imports, source) {
  if (up.has(setWasm)) return;
  /** @type {Record<string | symbol, any> | undefined} */
  let exports;
  const standIn = {
    // No prototype: a polluted Object.prototype could add traps.
    __proto__: null,
    /** @param {object} _ @param {string | symbol} name */
    get(_, name) {
      if (exports === undefined) {
        exports = instantiate(source, imports);
        up.add(setWasm);
        setWasm(exports);
        exports.__wbindgen_start();
      }
      return exports[name];
    },
  };
  setWasm(new Proxy({}, standIn));
}

/** The globals that the wasm and its glue need. */
const NEEDED = ["WebAssembly", "TextDecoder", "TextEncoder"];

/**
 * @param {() => Source} source
 * @param {WebAssembly.Imports} imports
 * @returns {Record<string | symbol, any>}
 */
function instantiate(source, imports) {
  const missing = NEEDED.filter((name) => host[name] === undefined);
  if (missing.length > 0) {
    throw new CloudError(
      `this runtime has no ${missing.join(", no ")}: clickhouse-cloud needs it, so add it to globalThis or call from a backend`,
    );
  }
  /** @type {Source | undefined} */
  let given;
  try {
    given = source();
    if (typeof given === "object" && "exports" in given) return given.exports;
    const module = typeof given === "string" ? new WebAssembly.Module(decode(given)) : given;
    return new WebAssembly.Instance(module, imports).exports;
  } catch (cause) {
    throw new CloudError(`WebAssembly did not start: ${remedy(cause, given)}`, undefined, { cause });
  }
}

/**
 * The advice for a module that does not compile. Engines differ in the message and in the class of the error.
 *
 * @param {unknown} cause
 * @param {Source | undefined} given
 */
function remedy(cause, given) {
  const words = String(cause);
  if (/disallowed on the main thread|4 ?KB/i.test(words)) {
    return "this browser compiles no module of its size on the main thread: use Chromium 115 or later, or make the client in a worker";
  }
  // WebAssembly.validate works under every Content-Security-Policy.
  if (typeof given === "string" && host.WebAssembly.validate?.(decode(given)) === false) {
    return "this engine is too old: its WebAssembly has no reference types or no bulk memory, as Chromium 96, Firefox 79, Safari 15.1 and Node 18 have";
  }
  if (inPage()) {
    return "where the page has a Content-Security-Policy, add 'wasm-unsafe-eval' to its script-src";
  }
  return "where a runtime compiles no bytes, resolve the package with its condition workerd or edge-light (in Nitro: experimental.wasm)";
}
