// @ts-check
// What the READMEs say: every program in them runs, as it stands, from the installed tarball; every command exists; and
// the table of operations is the contract's.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { sandbox, start } from "../http/server.mjs";
import { file, installed } from "../package/consumer.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
/** @param {string} path */
const read = (path) => readFileSync(join(root, path), "utf8");

for (const page of ["README.md", "pkg/README.md"]) {
  const programs = [...read(page).matchAll(/^```js\n(.*?)^```$/gms)].map(([, program]) => program);
  assert.notEqual(programs.length, 0);
  for (const [index, program] of programs.entries()) {
    test(`${page}: program ${index + 1}`, async (t) => {
      const { env } = await sandbox(t, "--time-scale", "60");
      const path = file(`${page.replaceAll("/", "-")}-${index}.mjs`, program);
      const { code, stderr } = await start(process.execPath, [path], { env }).ended;
      assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
    });
  }

  test(`${page}: every block is a program or a command`, () => {
    const fences = [...read(page).matchAll(/^```(.*)$/gm)].map(([, language]) => language);
    assert.ok(fences.every((language) => language === "js" || language === ""));
    const prose = read(page).replace(/^```.*?^```$/gms, "");
    const commands = [...prose.matchAll(/^ {4}(\S.*?)(?: +#.*)?$/gm)].map(([, command]) => command);
    assert.notEqual(commands.length, 0);
    for (const command of commands) {
      const target = command.match(/^make (\w+)$/)?.[1];
      if (target === undefined) assert.equal(command, "npm install clickhouse-cloud");
      else assert.match(read("Makefile"), new RegExp(`^${target}:`, "m"));
    }
  });
}

test("the table of operations is the contract's", () => {
  const rows = [...read("README.md").matchAll(/^\| `(\w+\.\w+)\((.*?)\)`\s*\| `(.*?)`\s*\|$/gm)];
  const { paths } = JSON.parse(readFileSync(join(installed, "dist/openapi.json"), "utf8"));
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => [operation["x-name"], `${method.toUpperCase()} ${path}`]),
  );
  assert.deepEqual(rows.map(([, name, , route]) => [name, route]).sort(), operations.sort());
});

test("the table of dependencies is complete", () => {
  const named = read("README.md").split("## What it stands on")[1];
  const sections = read("Cargo.toml").split(/^(?=\[)/m).filter((section) => /^\[.*dependencies\]/.test(section));
  const crates = sections.flatMap((section) => [...section.matchAll(/^([\w-]+) = /gm)].map(([, crate]) => crate));
  assert.ok(crates.length > 10);
  const tools = Object.keys(JSON.parse(read("package.json")).devDependencies).filter((name) => !name.startsWith("@types/"));
  assert.deepEqual([...crates, ...tools].filter((name) => !named.includes(name)), []);
});
