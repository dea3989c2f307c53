// @ts-check
// What would end the process or the module: optimized code that is given up, a trap in the wasm, the end of the stack. Each in a
// process of its own.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { ID } from "./support.mjs";

test("hot code that is given up while it calls the client", () => {
  // Node 20's V8 would end the process if the call returned a bare reference (scripts/build/check.mjs).
  const program = `
    import { CloudClient } from "clickhouse-cloud";
    const cloud = new CloudClient({ keyId: "a", keySecret: "b", organizationId: "${ID}", fetch: async () => new Response("[]") });
    let given = 0;
    // It is listened to inside the call.
    const signal = { aborted: false, addEventListener() { if (given === 1) { %DeoptimizeFunction(hot); given = 2; } }, removeEventListener() {} };
    function hot() { return cloud.services.get("no id", { signal }); }
    %PrepareFunctionForOptimization(hot);
    for (let call = 0; call < 10_000; call += 1) await hot().catch(() => {});
    %OptimizeFunctionOnNextCall(hot);
    await hot().catch(() => {});
    given = 1;
    await hot().catch((error) => console.log(given, error.name));
  `;
  const flags = ["--allow-natives-syntax", "--input-type=module", "-e", program];
  assert.equal(
    execFileSync(process.execPath, flags, { encoding: "utf8", cwd: new URL(".", import.meta.url) }),
    "2 RequestValidationError\n",
  );
});

test("a wasm that fails in the midst of a call ends the call", () => {
  const program = `
    const { Instance } = WebAssembly;
    let fails = false;
    WebAssembly.Instance = class {
      constructor(...given) {
        const { corefuture_poll: poll, ...exports } = new Instance(...given).exports;
        this.exports = { ...exports, corefuture_poll: (...given) => { if (fails) throw new WebAssembly.RuntimeError("unreachable"); return poll(...given); } };
      }
    };
    const { CloudClient } = await import("clickhouse-cloud");
    const cloud = new CloudClient({ keyId: "a", keySecret: "b", organizationId: "${ID}", fetch: async () => ((fails = true), new Response("[]")) });
    await cloud.services.list().catch((error) => console.log(error.name));
  `;
  const flags = ["--input-type=module", "-e", program];
  assert.equal(execFileSync(process.execPath, flags, { encoding: "utf8", cwd: new URL(".", import.meta.url) }), "RuntimeError\n");
});

test("calls at the end of the stack", () => {
  const program = `
    import { CloudClient } from "clickhouse-cloud";
    const options = { keyId: "a", keySecret: "b", organizationId: "${ID}", rateLimit: false, fetch: async () => new Response("[]") };
    const cloud = new CloudClient(options);
    const begun = [];
    const errors = new Set();
    const note = (error) => errors.add(error.name);
    const calls = [
      () => begun.push(cloud.services.list({}, { headers: { a: "x".repeat(100) } }).then(() => {}, note)),
      () => cloud.buildRequest("GET /v1/organizations"),
      () => new CloudClient(options).free(),
    ];
    function deeper(call) {
      try { call(); } catch (error) { note(error); }
      deeper(call);
    }
    for (const call of calls) {
      for (let round = 0; round < 10; round += 1) {
        try { deeper(call); } catch {}
        await Promise.all(begun.splice(0));
      }
    }
    for (let call = 0; call < 100; call += 1) await cloud.services.list();
    console.log([...errors].join());
  `;
  // Node says on its standard error how it fares itself down there.
  const flags = ["--stack-size=200", "--input-type=module", "-e", program];
  /** @type {import("node:child_process").ExecFileSyncOptionsWithStringEncoding} */
  const options = { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"], cwd: new URL(".", import.meta.url) };
  assert.equal(execFileSync(process.execPath, flags, options), "RangeError\n");
});
