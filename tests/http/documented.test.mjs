// @ts-check
// docs/sandbox.md: its programs run as they stand, and it names every flag, control path and fault.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { file } from "../package/consumer.mjs";
import { command, sandbox, start } from "./server.mjs";

const page = readFileSync(new URL("../../docs/sandbox.md", import.meta.url), "utf8");

/** @param {string} language */
function program(language) {
  const found = [...page.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, "gms"))];
  assert.equal(found.length, 1, language);
  return found[0][1];
}

test("its test in JavaScript", { timeout: 60_000 }, async (t) => {
  const { env } = await sandbox(t);
  const path = file("documented.test.mjs", program("js"));
  const own = { ...env, NODE_TEST_CONTEXT: undefined };
  const { code, stdout, stderr } = await start(process.execPath, ["--test", "--test-reporter=tap", path], { env: own }).ended;
  assert.deepEqual([code, stderr], [0, ""], stdout);
  assert.match(stdout, /^# pass 1$/m);
});

test("its test in Python", { timeout: 60_000 }, async (t) => {
  const { env } = await sandbox(t);
  const { code, stderr } = await start("python3", [file("documented.py", program("python"))], { env }).ended;
  assert.equal(code, 0, stderr);
  assert.match(stderr, /^Ran 1 test in /m);
});

test("it names what --help names", async () => {
  const { stdout: help } = await command("sandbox", "--help");
  const [options, faults] = help.split("\nFaults:\n");
  const flags = (/** @type {string} */ text) => [...new Set(text.match(/--[a-z][a-z-]+/g))].sort();
  const [, section] = page.split("\n## Flags\n");
  assert.deepEqual(
    flags(section.split("\nWith `--data`")[0]),
    flags(options.split("\nOptions:\n")[1]).filter((flag) => flag !== "--help"),
  );
  const described = [...faults.matchAll(/^ {2}([a-z-]+) {2,}(.*)$/gm)].map(([, name, effect]) => [name, effect]);
  const [, table] = page.split("\n## Faults\n");
  assert.deepEqual(
    [...table.matchAll(/^\| `([a-z-]+)` \| (.*) \|$/gm)].map(([, name, effect]) => [name, effect]),
    described,
  );
});

test("every control path of it is there, and no other", async (t) => {
  const { url } = await sandbox(t);
  const listed = new Set([...page.matchAll(/`(?:GET|POST|PUT) \/__sandbox\/([a-z-]+)`/g)].map(([, path]) => path));
  const { error } = await (await fetch(`${url}/__sandbox/`)).json();
  assert.deepEqual([...listed].sort(), error.split(" are ")[1].split(", ").sort());
  for (const [, method, path] of page.matchAll(/`(GET|POST|PUT) \/__sandbox\/([a-z-]+)`/g)) {
    const { status } = await fetch(`${url}/__sandbox/${path}`, { method, body: method === "GET" ? undefined : "{}" });
    assert.notEqual(status, 405, `${method} ${path}`);
  }
});
