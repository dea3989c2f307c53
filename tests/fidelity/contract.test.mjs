// @ts-check
// schemathesis makes requests from the contract, right ones and wrong ones, and holds what the sandbox answers against it.
// `make fidelity` does the same with 5,000 of them and more.
import assert from "node:assert/strict";
import { test } from "node:test";
import { schemathesis } from "./schemathesis.mjs";

test("what schemathesis makes of the contract, the sandbox answers by it", { timeout: 300_000 }, async () => {
  const { code, generated, passed, output, ledger, contract } = await schemathesis(30, 1);
  assert.equal(code, 0, output);
  assert.equal(passed, generated);
  assert.ok(generated >= 1_000, output);
  // They come past the door: each operation has succeeded, but for a deletion, which takes a stop before.
  const all = Object.values(contract.paths)
    .flatMap((path) => Object.values(path))
    .map((operation) => operation["x-name"]);
  assert.ok(all.includes("services.create"));
  const done = new Set(ledger.filter(({ status }) => status === 200).map(({ operation }) => operation));
  assert.deepEqual(
    all.filter((name) => !done.has(name) && name !== "services.delete"),
    [],
  );
});
