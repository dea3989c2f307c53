// @ts-check
// What is in the packed tarball.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { installed, manifest } from "./consumer.mjs";

const files = readdirSync(installed, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name));

test("it needs nothing else, and runs nothing when it is installed", () => {
  assert.equal(manifest.dependencies, undefined);
  assert.equal(manifest.scripts, undefined);
});

test("it holds what runs, what declares, and what explains", () => {
  const kinds = [...new Set(files.map((path) => path.replace(/^.*?((\.d)?\.\w+|\/LICENSE)$/, "$1")))].sort();
  assert.deepEqual(kinds, [".cjs", ".d.cts", ".d.ts", ".js", ".json", ".md", ".wasm", "/LICENSE"]);
});

test("the wasm reads back from its text", async () => {
  const { decode } = await import(join(installed, "src/text.js"));
  for (const feature of ["client", "sandbox"]) {
    const { wasm } = await import(join(installed, `dist/${feature}.text.js`));
    assert.ok(readFileSync(join(installed, `dist/${feature}_bg.wasm`)).equals(decode(wasm)));
  }
});

test("nothing of the machine that built it is in it", () => {
  const places = [`${homedir()}/`, fileURLToPath(new URL("../..", import.meta.url))].filter((place) => place.length > 2);
  for (const path of files) {
    const text = readFileSync(path, "latin1");
    for (const place of places) assert.ok(!text.includes(place), `${path} holds ${place}`);
  }
});
