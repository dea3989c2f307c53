// @ts-check
// Makes a trap of each function of a wasm module that is never called, or whose work nobody sees. wasm-opt cannot know
// that, since their addresses are taken; with them goes all that only they use.
import binaryen from "binaryen";

/** By what Rust names them, without hashes. */
const NEEDLESS = [
  // A panic ends in a trap in any case. Its message goes to the standard error, which is not there: none is composed.
  /\b(?:core|std)::panicking::/,
  /::rust_begin_unwind$/,
  /\bcore::(?:option|result)::(?:unwrap|expect)_failed$/,
  /\bcore::cell::(?:panic_already|lazy::panic_poisoned)/,
  /\bcore::slice::.*_fail$/,
  /\balloc::(?:alloc::handle_alloc_error|raw_vec::(?:handle_error|capacity_overflow))$/,
  // Tasks for JavaScript Promise Integration, whose attributes nothing here has.
  /::jspi::(?:SpawnedTask|task_waker|spawn_promising)\b/,
  // What each kind of closure that js-sys knows would be called by; the kinds that exist are exported.
  /::closures::_::invoke::\w+$/,
];

/** The types of binaryen do not know it. */
const { Function } = /** @type {any} */ (binaryen);

/**
 * @param {Buffer} wasm with names
 * @returns {Uint8Array} with names
 */
export function trap(wasm) {
  const module = binaryen.readBinary(wasm);
  const exports = Array.from({ length: module.getNumExports() }, (_, index) => module.getExportByIndex(index));
  const exported = exports.map((one) => binaryen.getExportInfo(one).name);
  for (let index = 0; index < module.getNumFunctions(); index++) {
    const one = module.getFunctionByIndex(index);
    const { name, module: imported } = binaryen.getFunctionInfo(one);
    const plain = name.replaceAll(/\[[0-9a-f]+\]/g, "");
    // An export has the hash of the closure that it calls.
    const called = exported.some((other) => other.endsWith(plain.split("::").at(-1) ?? ""));
    if (!imported && !called && NEEDLESS.some((pattern) => pattern.test(plain))) {
      Function.setBody(one, module.unreachable());
    }
  }
  binaryen.setDebugInfo(true);
  return module.emitBinary();
}
