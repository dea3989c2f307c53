// @ts-check
// The site of `make docs`: a page for each type of each entry point and for each page of docs/, without warnings, dead links
// and internals.
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { start } from "../http/server.mjs";
import { docs, operationPages, read, root } from "./pages.mjs";

const site = mkdtempSync(join(tmpdir(), "clickhouse-cloud-docs-"));
after(() => rmSync(site, { recursive: true, force: true }));
const { code, stdout, stderr } = await start(process.execPath, [join(root, "scripts/docs.mjs"), site]).ended;

/** @type {Map<string, string>} every page of the site */
const pages = new Map();
for (const name of readdirSync(site, { recursive: true, encoding: "utf8" })) {
  if (name.endsWith(".html")) pages.set(name, readFileSync(join(site, name), "utf8"));
}

test("it ends without a warning", () => {
  assert.deepEqual([code, stderr], [0, ""], stdout);
  assert.doesNotMatch(stdout, /warning|error/);
});

test("every type has its page, and every page of docs/", () => {
  /** @type {{ exports: Record<string, { default?: { types: string } }> }} */
  const { exports } = JSON.parse(read("pkg/package.json"));
  for (const [path, conditions] of Object.entries(exports)) {
    if (conditions.default === undefined) continue;
    const prefix = join("clickhouse-cloud", path).replaceAll("/", "_");
    assert.ok(pages.has(`modules/${prefix}.html`), path);
    const named = [...read(join("pkg", conditions.default.types)).matchAll(/^export (?:type )?\{ (.*?) \} from/gm)].flatMap(([, names]) =>
      names.split(", "),
    );
    assert.notEqual(named.length, 0);
    for (const name of named)
      assert.ok(
        ["classes", "functions", "interfaces", "types"].some((kind) => pages.has(`${kind}/${prefix}.${name}.html`)),
        name,
      );
  }
  for (const name of ["CloudClient", "BuiltRequest", "ConflictError"]) assert.ok(pages.has(`classes/clickhouse-cloud.${name}.html`), name);
  // Callers cannot construct a resource, so it is shown as an interface.
  for (const name of ["ServicesResource", "KeysResource"]) assert.ok(pages.has(`interfaces/clickhouse-cloud.${name}.html`), name);
  assert.equal([...pages.keys()].filter((name) => name.startsWith("documents/")).length, docs.length + operationPages.length);
});

test("its links lead somewhere", () => {
  let links = 0;
  for (const [name, html] of pages) {
    for (const [, href] of html.matchAll(/<a [^>]*href="([^"#]+)[^"]*"/g)) {
      if (/^https?:/.test(href)) continue;
      links += 1;
      assert.ok(existsSync(join(site, dirname(name), decodeURI(href))), `${name}: ${href}`);
    }
  }
  assert.ok(links > 100);
});

test("internals are not there", () => {
  for (const [name, html] of pages) {
    const junk = /\w+Operations\b|client_bg|captureStackTrace|>Protected<|>Hidden</.exec(html);
    assert.equal(junk?.[0], undefined, name);
  }
  /** @param {string} name */
  const made = (name) => {
    const page = ["classes", "interfaces", "types"].map((kind) => pages.get(`${kind}/clickhouse-cloud.${name}.html`)).find(Boolean);
    assert.ok(page, name);
    return />constructor</.test(page);
  };
  assert.deepEqual(["CloudClient", "RateLimiter", "ConflictError", "ServicesResource", "BuiltRequest", "CloudPromise"].map(made), [
    true,
    true,
    false,
    false,
    false,
    false,
  ]);
});
