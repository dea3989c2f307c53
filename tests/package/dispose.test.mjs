// @ts-check
// Runtimes without Symbol.dispose, such as Safari: every class of every shipped file, as ES module and as CommonJS.
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { file, installed, run } from "./consumer.mjs";

// Node's own cannot be deleted, so this replaces Symbol by a copy without it.
const without = file(
  "dispose/without.cjs",
  `const { dispose, asyncDispose, ...rest } = Object.getOwnPropertyDescriptors(Symbol);
   const Native = Symbol;
   globalThis.Symbol = Object.defineProperties(function Symbol(text) { return Native(text); }, rest);
   if (Symbol.dispose !== undefined || typeof Symbol.iterator !== "symbol") throw new Error("it is still there");`,
);

// Those of one runtime, such as core.workerd.js, import what Node can not load.
const modules = readdirSync(installed, { recursive: true, encoding: "utf8" })
  .filter((name) => /^dist\/\w+\.c?js$/.test(name))
  .map((name) => join(installed, name));

const members = file(
  "dispose/members.mjs",
  `const classes = new Set();
   for (const path of process.argv.slice(2)) {
     for (const value of Object.values(await import(path))) if (typeof value === "function") classes.add(value);
   }
   const client = await import("clickhouse-cloud");
   for (const { CloudClient } of [client, client.default ?? client]) {
     const cloud = new CloudClient({ keyId: "id", keySecret: "secret", organizationId: "5a9db0c5-0000-4000-8000-000000000001" });
     for (const value of [cloud, ...Object.values(cloud)]) classes.add(value.constructor);
   }
   const names = [...classes].flatMap((one) => [one, one.prototype].flatMap((owner) => (owner ? Reflect.ownKeys(owner) : []).map((name) => one.name + "." + String(name))));
   console.log(JSON.stringify({ count: classes.size, names }));`,
);

test('no class has a member named "undefined" where the symbol is missing', () => {
  const { count, names } = JSON.parse(run("node", "--require", without, members, ...modules));
  assert.ok(count > 30, `${count} classes and functions`);
  assert.ok(names.includes("CloudClient.free") && names.includes("Sandbox.free"));
  assert.deepEqual(
    names.filter((/** @type {string} */ name) => /\.(undefined|Symbol\(.*dispose\))$/i.test(name)),
    [],
  );
});

test("where it is there, what can be freed can be disposed of", () => {
  const { names } = JSON.parse(run("node", members, ...modules));
  for (const name of ["CloudClient", "Sandbox"]) {
    assert.ok(
      names.some((/** @type {string} */ member) => new RegExp(`^${name}\\.Symbol\\(.*dispose\\)$`).test(member)),
      name,
    );
  }
  assert.ok(!names.some((/** @type {string} */ name) => name.endsWith(".undefined")));
});
