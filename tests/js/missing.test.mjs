// @ts-check
// Where the wasm cannot be started, one error says what is needed. The package still loads, and works once the wasm can start.
import assert from "node:assert/strict";
import { test } from "node:test";
import { CloudError, hashPassword } from "clickhouse-cloud";
import { Sandbox } from "clickhouse-cloud/sandbox";

/** @type {any} */
const host = globalThis;
const uses = [() => hashPassword("abc"), () => new Sandbox()];

/**
 * Runs with another value of a global, for as long as it takes.
 *
 * @param {string} name
 * @param {unknown} value
 * @param {() => void} run
 */
function having(name, value, run) {
  const property = /** @type {PropertyDescriptor} */ (
    Object.getOwnPropertyDescriptor(host, name) ?? { value: undefined, configurable: true }
  );
  Object.defineProperty(host, name, { value, configurable: true, writable: true });
  try {
    run();
  } finally {
    Object.defineProperty(host, name, property);
  }
}

/** @param {RegExp} words @param {unknown} [cause] */
function refused(words, cause) {
  for (const use of uses) {
    assert.throws(use, (error) => {
      assert.ok(error instanceof CloudError);
      assert.match(error.message, words);
      assert.equal(error.cause, cause);
      return true;
    });
  }
}

test("what the runtime has not is named", () => {
  for (const name of ["WebAssembly", "TextDecoder", "TextEncoder"]) having(name, undefined, () => refused(new RegExp(`has no ${name}:`)));
});

test("a module that does not compile: why, as far as the engine says, and what to do", () => {
  const real = host.WebAssembly;
  /** @param {Error} cause */
  const failing = (cause) => ({
    Instance: real.Instance,
    Module: function Module() {
      throw cause;
    },
  });
  const large = new RangeError(
    "WebAssembly.Compile is disallowed on the main thread, if the buffer size is larger than 4KB. Use WebAssembly.compile",
  );
  having("WebAssembly", failing(large), () => refused(/Chromium 115 or later, or make the client in a worker/, large));
  const policy = new real.CompileError(
    "Refused to compile or instantiate WebAssembly module because 'unsafe-eval' is not an allowed source of script",
  );
  having("WebAssembly", failing(policy), () => having("document", {}, () => refused(/'wasm-unsafe-eval'/, policy)));
  having("WebAssembly", failing(policy), () => refused(/condition workerd or edge-light/, policy));
  // Workers of Cloudflare have the class of a page's workers, too.
  const worker = () => having("navigator", { userAgent: "Cloudflare-Workers" }, () => refused(/condition workerd or edge-light/, policy));
  having("WebAssembly", failing(policy), () => having("WorkerGlobalScope", class {}, worker));
  // An engine that knows less than this one.
  const unknown = new real.CompileError("WebAssembly.Module(): invalid value type 'externref'");
  having("WebAssembly", { ...failing(unknown), validate: () => false }, () => refused(/engine is too old/, unknown));
});

test("it works as soon as it is there", () => {
  assert.equal(hashPassword("abc"), "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=");
  assert.equal(new Sandbox().ledger().length, 0);
});
