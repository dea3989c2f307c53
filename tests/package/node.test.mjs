// @ts-check
// The packed tarball in Node.
import assert from "node:assert/strict";
import { test } from "node:test";
import { build } from "esbuild";
import { file, run } from "./consumer.mjs";
import { cjs, esm, expected } from "./journey.mjs";

const print = "(answer) => console.log(JSON.stringify(answer))";

test("import in an ES module", () => {
  assert.deepEqual(JSON.parse(run("node", file("journey.mjs", esm(print)))), expected);
});

test("require in a CommonJS module", () => {
  assert.deepEqual(JSON.parse(run("node", file("journey.cjs", cjs(print)))), expected);
});

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

test("who does not use the schemas does not carry them", async () => {
  /** @param {string} name @param {string} program */
  const bundled = async (name, program) => {
    const { outputFiles } = await build({ entryPoints: [file(name, program)], bundle: true, format: "esm", write: false });
    return outputFiles[0]?.text ?? "";
  };
  const hash = 'import { hashPassword } from "clickhouse-cloud"; console.log(hashPassword("abc"));';
  const check = 'import { schemas } from "clickhouse-cloud"; console.log(schemas.Tag["~standard"].validate({}));';
  // In the names, which are one text.
  const mark = "IpAccessListChange!";
  assert.deepEqual([await bundled("hash.mjs", hash), await bundled("check.mjs", check)].map((text) => text.includes(mark)), [false, true]);
});
