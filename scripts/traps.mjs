// @ts-check
// Makes a trap of each function of a wasm module that is never called, or whose work nobody sees. wasm-opt cannot know
// that, since their addresses are taken; with them goes all that only they use.
import binaryen from "binaryen";
import { Reader, TITLES, sections } from "./sections.mjs";
import { fail } from "./tools.mjs";

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

/** The files where panics would say that they happened. */
const SOURCES = /(?:\/rustc\/[0-9a-f]{40}\/library|crates\/[\w.-]+|src)\/[\w./-]+?\.rs/g;

/** What panics of the standard library would say. */
const SAID =
  /assertion failed: [\w.()]+\)|index out of bounds: the len is | but the index is |`async fn` resumed after completion|RefCell already (?:mutably )?borrowed|capacity overflow|window size must be non-zero|mid > len|Tried to shrink to a larger capacity/g;

/** The pairs of digits that formatting would write numbers with. */
const DIGITS = new RegExp(Array.from({ length: 100 }, (_, number) => String(number).padStart(2, "0")).join(""), "g");

/** The standard library's formatting, in a module that writes its texts by parts: only panics would call it. */
const FORMATTING = /\bcore::fmt::|\balloc::fmt::/;

/** The types of binaryen do not know it. */
const { Function } = /** @type {any} */ (binaryen);

/** Without hashes. @param {string} name */
const plain = (name) => name.replaceAll(/\[[0-9a-f]+\]/g, "");

/**
 * Who formats texts, in a module that must not: what is called there would be a trap.
 *
 * @param {{ emitText(): string }} module
 * @param {(name: string) => boolean} needless
 */
function formatters(module, needless) {
  return module
    .emitText()
    .split(/\n \(func \$/)
    .slice(1)
    .map((text) => ({ name: plain(/^(?:"[^"]*"|\S+)/.exec(text)?.[0] ?? ""), calls: text.match(/\(call \$(?:"[^"]*"|[^\s)]+)/g) ?? [] }))
    .filter(({ name, calls }) => !needless(name) && calls.some((call) => FORMATTING.test(plain(call))))
    .map(({ name }) => name);
}

/**
 * Exports that return one reference. V8 11.3, Node 20's, stops with "unreachable code" when it has inlined the call of one
 * and gives the code up before the call returns.
 *
 * @param {any} module
 * @returns {string[]}
 */
function exportsOfReferences(module) {
  return Array.from({ length: module.getNumExports() }, (_, index) => binaryen.getExportInfo(module.getExportByIndex(index)))
    .filter(({ kind }) => kind === binaryen.ExternalFunction)
    .filter(({ value }) => binaryen.getFunctionInfo(module.getFunction(value)).results === binaryen.externref)
    .map(({ name }) => name);
}

/**
 * Empties where panics say that they happened: the address and the length of a file's name, a line and a column.
 *
 * @param {Buffer} wasm
 */
function emptyPlaces(wasm) {
  const reader = new Reader(sections(wasm).find(({ id }) => TITLES[id] === "data")?.content ?? Buffer.alloc(0));
  // How many segments; of the first its kind, and its address as the expression of a constant.
  reader.bytes(3);
  const start = reader.number();
  reader.byte();
  const data = reader.bytes(reader.number());
  const files = new Map([...data.toString("latin1").matchAll(SOURCES)].map(({ 0: file, index }) => [start + index, file.length]));
  for (let at = 0; at + 16 <= data.length; at += 4) {
    if (files.get(data.readUInt32LE(at)) === data.readUInt32LE(at + 4)) data.fill(0, at, at + 16);
  }
}

/**
 * @param {Buffer} wasm with names
 * @param {{ formats: boolean }} options whether the module has texts formatted
 * @returns {Buffer} with names
 */
export function trap(wasm, { formats }) {
  const module = binaryen.readBinary(wasm);
  const patterns = formats ? NEEDLESS : [...NEEDLESS, FORMATTING];
  const needless = (/** @type {string} */ name) => patterns.some((pattern) => pattern.test(name));
  const found = formats ? [] : formatters(module, needless);
  if (found.length > 0) fail(`these format texts; write them by parts, as src/text.rs does:\n${found.join("\n")}`);
  const references = exportsOfReferences(module);
  if (references.length > 0) fail(`these return one reference, return a Result (see Core::call): ${references.join(", ")}`);
  const exports = Array.from({ length: module.getNumExports() }, (_, index) => module.getExportByIndex(index));
  const exported = exports.map((one) => binaryen.getExportInfo(one).name);
  for (let index = 0; index < module.getNumFunctions(); index++) {
    const one = module.getFunctionByIndex(index);
    const { name, module: imported } = binaryen.getFunctionInfo(one);
    // An export has the hash of the closure that it calls.
    const called = exported.some((other) => other.endsWith(plain(name).split("::").at(-1) ?? ""));
    if (!imported && !called && needless(plain(name))) {
      Function.setBody(one, module.unreachable());
    }
  }
  binaryen.setDebugInfo(true);
  const emitted = Buffer.from(module.emitBinary());
  emptyPlaces(emitted);
  // As long as before, since what is behind them must not move; zeros compress to nothing.
  const text = emitted.toString("latin1");
  const unread = [SOURCES, SAID, ...(formats ? [] : [DIGITS])];
  const empty = (/** @type {string} */ found) => "\0".repeat(found.length);
  return Buffer.from(unread.reduce((left, one) => left.replaceAll(one, empty), text), "latin1");
}
