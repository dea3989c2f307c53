// @ts-check
// The parts of the sandbox import each other in one direction, and nothing of the client or the bindings.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("../../src/sandbox/", import.meta.url));

/** A part, and the parts that it may import. @type {Record<string, string[]>} */
const ARROWS = {
  model: [],
  http: ["model"],
  faults: ["http", "model"],
  persistence: ["faults", "model"],
};

for (const [part, allowed] of Object.entries(ARROWS)) {
  test(`${part} imports ${allowed.join(" and ") || "no other part"}`, () => {
    const files = /** @type {string[]} */ (readdirSync(folder + part, { recursive: true })).filter((name) => name.endsWith(".rs"));
    assert.ok(files.length > 1);
    for (const file of files) {
      const text = readFileSync(`${folder}${part}/${file}`, "utf8");
      for (const [, other] of text.matchAll(/\bcrate::sandbox::(\w+)/g)) {
        assert.ok(other === part || allowed.includes(other), `${part}/${file} imports ${other}`);
      }
      assert.doesNotMatch(text, /\bcrate::(?:client|bindings)\b/, `${part}/${file}`);
      assert.doesNotMatch(text, /\bsuper::super::super\b/, `${part}/${file}`);
    }
  });
}
