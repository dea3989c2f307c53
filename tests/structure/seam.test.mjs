// @ts-check
// What JavaScript hands over to the wasm is declared in src/bindings/seam.rs, each interface beside its getters: both have the
// same names, so that what `tsc` checks is what Rust reads.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const source = readFileSync(fileURLToPath(new URL("../../src/bindings/seam.rs", import.meta.url)), "utf8");

/** The properties of each interface of the custom sections. @type {Map<string, Set<string>>} */
const declared = new Map();
for (const [, section = ""] of source.matchAll(/r#"([^]*?)"#;/g)) {
  for (const text of section.split(/^export (?:interface|type) /m).slice(1)) {
    declared.set(text.match(/^\w+/)?.[0] ?? "", new Set([...text.matchAll(/\breadonly (\w+)/g)].map(([, name = ""]) => name)));
  }
}

/** The properties that Rust reads of each type. @type {Map<string, Set<string>>} */
const read = new Map();
for (const [, attributes = "", fn = "", type = ""] of source.matchAll(
  /#\[wasm_bindgen\(method, getter([^\]]*)\)\]\s+pub fn (\w+)\(this: &(\w+)\)/g,
)) {
  const property = attributes.match(/js_name = (\w+)/)?.[1] ?? fn;
  read.set(type, (read.get(type) ?? new Set()).add(property));
}

for (const name of ["CoreSettings", "CoreArguments", "CoreRequest", "CoreRefusal", "CoreCall", "CoreWait"]) {
  test(`${name} has the properties that Rust reads`, () => {
    assert.deepEqual([...(read.get(name) ?? [])].sort(), [...(declared.get(name) ?? [])].sort());
    assert.ok((declared.get(name)?.size ?? 0) > 0);
  });
}

test("Rust reads no property of CoreHost that is not declared", () => {
  for (const property of read.get("CoreHost") ?? []) assert.ok(declared.get("CoreHost")?.has(property), property);
});

test("enums travel as names that are declared", () => {
  const sections = [...source.matchAll(/r#"([^]*?)"#;/g)].map(([, section]) => section).join("\n");
  const types = readFileSync(fileURLToPath(new URL("../../src/bindings/types.rs", import.meta.url)), "utf8");
  const names = [...source.matchAll(/^ {4}\w+ = ("[\w.]+"),$/gm)].map(([, name = ""]) => name);
  assert.ok(names.length > 0);
  for (const name of names) assert.ok(sections.includes(name) || types.includes(name), name);
});
