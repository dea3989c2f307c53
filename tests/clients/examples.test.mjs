// @ts-check
// The examples that use the sandbox with a test framework's own tools, as users run them: with the installed tarball, and the
// packages that each example says to install.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { project, start } from "../http/server.mjs";
import { file } from "../package/consumer.mjs";
import { linked, tools } from "./tools.mjs";

before(() => linked("msw", "nock", "vitest"));

/** @param {string} name */
const example = (name) => file(name, readFileSync(new URL(`../../examples/${name}`, import.meta.url), "utf8"));

for (const [name, tests] of /** @type {const} */ ([
  ["msw", 2],
  ["nock", 1],
  ["mock-timers", 1],
])) {
  test(`examples/${name}.test.mjs`, { timeout: 60_000 }, async () => {
    // Not as a part of this run: node:test would else tell it by another protocol.
    const env = { NODE_TEST_CONTEXT: undefined };
    const { code, stdout, stderr } = await start(process.execPath, ["--test", "--test-reporter=tap", example(`${name}.test.mjs`)], { env })
      .ended;
    assert.deepEqual([code, stderr], [0, ""], stdout);
    assert.match(stdout, new RegExp(`^# pass ${tests}$`, "m"));
  });
}

test("examples/vitest.test.mjs", { timeout: 60_000 }, async () => {
  const args = [join(tools, "vitest/vitest.mjs"), "run", "--root", project, "--reporter=json", example("vitest.test.mjs")];
  const { code, stdout, stderr } = await start(process.execPath, args, { env: { NODE_TEST_CONTEXT: undefined } }).ended;
  assert.equal(code, 0, stdout + stderr);
  assert.equal(JSON.parse(stdout).numPassedTests, 2);
});
