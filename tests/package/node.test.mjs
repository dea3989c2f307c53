// @ts-check
// The packed tarball in Node, beyond the journeys of tests/consumers.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { build } from "esbuild";
import { root } from "../../scripts/tools.mjs";
import { file, run } from "./consumer.mjs";

test("nothing is instantiated before the first use", () => {
  const program = `
    let count = 0;
    const { Instance } = WebAssembly;
    WebAssembly.Instance = function (...args) { count += 1; return new Instance(...args); };
    const { hashPassword } = await import("clickhouse-cloud");
    const before = count;
    hashPassword("abc");
    hashPassword("abc");
    console.log(JSON.stringify([before, count]));
  `;
  assert.deepEqual(JSON.parse(run("node", file("lazy.mjs", program))), [0, 1]);
});

// Each entry is another module of wasm.
for (const [name, entries] of [
  ["errors.mjs", 'import * as client from "clickhouse-cloud"; import { Sandbox } from "clickhouse-cloud/sandbox";'],
  ["errors.cjs", 'const client = require("clickhouse-cloud"); const { Sandbox } = require("clickhouse-cloud/sandbox");'],
]) {
  test(`the client and the sandbox throw the same classes: ${name}`, () => {
    const program = `${entries}
      for (const create of [() => new client.CloudClient({ bogus: 1 }), () => new Sandbox({ bogus: 1 })]) {
        try { create(); } catch (error) { console.log(error instanceof client.ConfigurationError); }
      }`;
    assert.equal(run("node", file(name, program)), "true\ntrue\n");
  });
}

/** @param {string} name @param {string} program */
async function bundled(name, program) {
  const { outputFiles } = await build({ entryPoints: [file(name, program)], bundle: true, format: "esm", write: false });
  return outputFiles[0]?.text ?? "";
}

test("an error class alone brings no wasm along", async () => {
  const program = 'import { ConfigurationError } from "clickhouse-cloud"; console.log(new ConfigurationError("no key").name);';
  const text = await bundled("class.mjs", program);
  assert.ok(text.length < 40_000, `${text.length} bytes`);
  assert.equal(run("node", file("class.bundle.mjs", text)), "ConfigurationError\n");
});

test("who does not use the schemas does not carry them", async () => {
  const hash = 'import { hashPassword } from "clickhouse-cloud"; console.log(hashPassword("abc"));';
  const check = 'import { schemas } from "clickhouse-cloud"; console.log(schemas.Tag["~standard"].validate({}));';
  // In the names, which are one text.
  const mark = "IpAccessListChange!";
  assert.deepEqual(
    [await bundled("hash.mjs", hash), await bundled("check.mjs", check)].map((text) => text.includes(mark)),
    [false, true],
  );
});

test("a minified bundle still looks for room on the stack before it enters the wasm", async () => {
  const entry = file(
    "room.mjs",
    `
    import { needRoom } from ${JSON.stringify(join(root, "js/bindings/stack.js"))};
    const more = (levels) => { try { return more(levels + 1); } catch { return levels; } };
    const deeper = () => { try { needRoom(); } catch { return more(0); } return deeper(); };
    console.log(deeper());`,
  );
  const outfile = entry.replace(/mjs$/, "bundle.mjs");
  await build({ entryPoints: [entry], outfile, bundle: true, minify: true, format: "esm" });
  // Where it throws, some stack is left.
  assert.ok(Number(run("node", outfile)) > 200);
});
