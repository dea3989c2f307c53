// @ts-check
// schemathesis makes requests from the contract, right ones and wrong ones, for all operations, and holds the sandbox's responses
// against it. `make fidelity` does the same with 20,000 of them and more.
import assert from "node:assert/strict";
import { test } from "node:test";
import { operations, schemathesis } from "./schemathesis.mjs";

test("schemathesis finds nothing in any operation", { timeout: 600_000 }, async (t) => {
  let all = 0;
  const succeeded = new Set();
  await schemathesis(5, 1, true, (_, { code, generated, passed, output, succeeded: some }) => {
    assert.equal(code, 0, output);
    assert.equal(passed, generated, output);
    all += generated;
    for (const name of some) succeeded.add(name);
  });
  t.diagnostic(`${all} requests, ${succeeded.size} of ${operations.length} operations succeeded`);
  assert.ok(all >= 3_000, `${all}`);
  // The requests get to the operations: most succeed by chance, and all in the tour of responses.test.mjs.
  assert.ok(succeeded.size >= operations.length / 2, [...succeeded].join());
});
