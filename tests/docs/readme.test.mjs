// @ts-check
// The READMEs and the pages of docs/: every program in them runs, as it stands, from the installed tarball, and prints its
// promised output; every command exists; links lead to files; and tables are complete.
import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { CloudClient } from "clickhouse-cloud";
import { sandbox, start } from "../http/server.mjs";
import { file } from "../package/consumer.mjs";
import { blocks, docs, inside, operationPages, prints, programs, read, readmes, root } from "./pages.mjs";

for (const page of readmes) assert.notEqual(programs(page).length, 0);
// These need a world of their own: from-curl.test.mjs, outbound.test.mjs.
const apart = ["docs/from-curl.md", "docs/outbound.md"];
for (const page of [...readmes, ...docs].filter((page) => !apart.includes(page))) {
  for (const [index, program] of programs(page).entries()) {
    test(`${page}: program ${index + 1}`, async (t) => {
      const { env } = await sandbox(t, "--time-scale", "60");
      const path = file(`${page.replaceAll("/", "-")}-${index}.mjs`, program);
      const { code, stdout, stderr } = await start(process.execPath, [path], { env }).ended;
      assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
      assert.equal(stdout, prints(program) ?? stdout);
    });
  }
}

for (const page of readmes) {
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

test("README.md quotes figures of BENCHMARKS.md, as they stand there", () => {
  const [, quoted = ""] = read("README.md").match(/<!-- figures: made by `make bench` -->\n(.*)\n<!-- end of figures -->/s) ?? [];
  assert.equal(quoted.trim().split("\n").length, 4);
  assert.doesNotMatch(quoted, /–|NaN/);
  assert.ok(read("BENCHMARKS.md").includes(`\n\n${quoted.trim()}\n\n`));
});

/** Languages of other blocks, which have tests of their own. @type {Record<string, string[]>} */
const others = { "docs/from-curl.md": ["sh"], "docs/outbound.md": ["sh"], "docs/sandbox.md": ["python", "yaml"] };

test("docs/sandbox.md: the scenario is one", async (t) => {
  const [scenario, ...more] = blocks(read("docs/sandbox.md"), "yaml");
  assert.deepEqual(more, []);
  const { url } = await sandbox(t, "--scenario", file("scenario.yaml", scenario));
  /** @type {{ services: { name: string, state: string }[], resources: Record<string, { name: string }[]> }} */
  const { services, resources } = await (await fetch(`${url}/__sandbox/state`)).json();
  assert.deepEqual(
    services.map(({ name, state }) => [name, state]),
    [
      ["events", "running"],
      ["staging", "idle"],
    ],
  );
  assert.deepEqual([resources.keys[1].name, resources["clickStack.savedSearches"][0].name], ["ci", "errors"]);
});

for (const page of docs) {
  test(`${page}: every block is a program, or of the page's other languages`, () => {
    const fences = [...read(page).matchAll(/^```(.+)$/gm)].map(([, language]) => language);
    const known = ["js", ...(others[page] ?? [])];
    assert.deepEqual(
      fences.filter((language) => !known.includes(language)),
      [],
    );
    assert.doesNotMatch(read(page).replace(/^```.*?^```$/gms, ""), /^ {4}\S/m);
  });
}

for (const page of [...readmes, ...docs, ...operationPages, ...inside]) {
  test(`${page}: links lead to files, and none to a file that npm does not have`, () => {
    const targets = [...read(page).matchAll(/\]\(([^)#]+)[^)]*\)/g)]
      .map(([, target]) => target)
      .filter((target) => !target.startsWith("https:"));
    assert.deepEqual(
      targets.filter((target) => !existsSync(join(root, dirname(page), target))),
      [],
    );
    if (page === "pkg/README.md") assert.deepEqual(targets, []);
  });
}

test("README.md names every page and every example", () => {
  const text = read("README.md");
  const examples = readdirSync(join(root, "examples")).map((name) => `examples/${name}`);
  for (const path of [...docs, ...examples]) assert.ok(text.includes(`](${path}`), path);
});

test("CONTRIBUTING.md names every page of docs/design", () => {
  const text = read("CONTRIBUTING.md");
  const design = inside.filter((page) => page.startsWith("docs/design/"));
  assert.notEqual(design.length, 0);
  assert.deepEqual(
    design.filter((page) => !text.includes(`](${page})`)),
    [],
  );
});

test("tests/README.md has a line for every folder and every file of tests/", () => {
  const text = read("tests/README.md");
  const entries = readdirSync(join(root, "tests"), { withFileTypes: true }).filter(({ name }) => name !== "README.md");
  assert.deepEqual(
    entries.map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name)).filter((name) => !text.includes(`\`${name}\``)),
    [],
  );
});

test("tests/README.md names every suite", () => {
  const suites = [...read("scripts/test.mjs").matchAll(/^ {2}\{ name: "([\w-]+)"|^ {2}wasmBrowser\("(\w+)"/gm)].map(
    ([, name, engine]) => name ?? `wasm-${engine}`,
  );
  assert.ok(suites.length > 20);
  assert.deepEqual(
    suites.filter((name) => !read("tests/README.md").includes(`\`${name}\``)),
    [],
  );
});

test("the table of options is the client's", () => {
  const [section] = read("docs/client.md").split("\n## Options\n")[1].split("\n## ");
  const rows = [...section.matchAll(/^\| (`.*?) \|/gm)].flatMap(([, names]) => [...names.matchAll(/`(\w+)`/g)].map(([, name]) => name));
  // The error for an unknown option lists those that the client knows.
  const unknown = /** @type {any} */ ({ xyzzyx: true });
  assert.throws(
    () => new CloudClient(unknown),
    (/** @type {Error} */ { message }) => {
      assert.deepEqual(rows.sort(), message.split("known are ")[1].split(", ").sort());
      return true;
    },
  );
});

test("the table of dependencies is complete", () => {
  const named = read("CONTRIBUTING.md").split("\n## Dependencies\n")[1];
  const sections = read("Cargo.toml")
    .split(/^(?=\[)/m)
    .filter((section) => /^\[.*dependencies\]/.test(section));
  const crates = sections.flatMap((section) => [...section.matchAll(/^([\w-]+) = /gm)].map(([, crate]) => crate));
  assert.ok(crates.length > 10);
  const tools = Object.keys(JSON.parse(read("package.json")).devDependencies).filter((name) => !name.startsWith("@types/"));
  assert.deepEqual(
    [...crates, ...tools].filter((name) => !named.includes(name)),
    [],
  );
});
