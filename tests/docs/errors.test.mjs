// @ts-check
// docs/errors.md against the package: its table has every error class, with the status that it stands for.
import assert from "node:assert/strict";
import { test } from "node:test";
import * as exported from "clickhouse-cloud";
import { operations, read } from "./pages.mjs";

const { ApiError, CloudClient, CloudError, ConnectionError, TimeoutError } = exported;

/** The rows of the table of classes: its name, its status, cause, changes, remedy. */
const rows = [...read("docs/errors.md").matchAll(/^\| `(\w+Error)` ?([^|]*?) \| (.*?) \| (.*?) ?\| (.*?) ?\|$/gm)].map(
  ([, ...cells]) => cells,
);

/** @param {unknown} value @param {Function} kind */
const isOrExtends = (value, kind) => typeof value === "function" && (value === kind || value.prototype instanceof kind);
const classes = Object.entries(exported).filter(([, value]) => isOrExtends(value, CloudError));

test("every class has its row, and every cell says something", () => {
  assert.ok(classes.length > 10);
  assert.deepEqual(rows.map(([name]) => name).sort(), classes.map(([name]) => name).sort());
  for (const [name, , ...cells] of rows.filter(([name]) => name !== "CloudError"))
    assert.ok(
      cells.every((cell) => cell !== ""),
      name,
    );
});

test("a status has the class of its row", async () => {
  /** @type {Map<string, unknown>} */
  const byName = new Map(classes);
  const byStatus = new Map(rows.filter(([, status]) => status !== "").map(([name, status]) => [status, name]));
  assert.deepEqual(
    classes
      .filter(([, value]) => isOrExtends(value, ApiError))
      .map(([name]) => name)
      .sort(),
    [...byStatus.values()].sort(),
  );
  const asked = { keyId: "id", keySecret: "secret", organizationId: "5a9db0c5-1111-4000-8000-000000000002", retryBudgetMs: 0 };
  for (let status = 300; status < 600; status += 1) {
    // A 304 and its like bring no body.
    const client = new CloudClient({ ...asked, rateLimit: false, fetch: async () => new Response(null, { status }) });
    const error = await client.services.list().catch((error) => error);
    const row = byStatus.get(String(status)) ?? byStatus.get(`${String(status)[0]}xx`) ?? byStatus.get("any other");
    assert.equal(error.constructor, byName.get(row ?? ""), String(status));
    assert.equal(error.ambiguous, false);
  }
});

test("the table is right about classes without a status", () => {
  assert.ok(TimeoutError.prototype instanceof ConnectionError);
  assert.match(rows.find(([name]) => name === "TimeoutError")?.[2] ?? "", /`ConnectionError`/);
});

test("the table of ambiguous changes names operations that change something, and all others at its end", () => {
  const [, section] = read("docs/errors.md").split("## Ambiguous");
  const lines = section.split("\n\n")[2].split("\n").slice(2);
  const changes = operations()
    .filter(({ route }) => !route.startsWith("GET "))
    .map(({ name }) => name);
  const named = lines.flatMap((line) => [...(line.split("|")[1] ?? "").matchAll(/`(?:services\.)?(\w+)`/g)].map(([, name]) => name));
  const helpers = ["resetPassword", "setPassword"];
  assert.ok(named.length > 5);
  assert.deepEqual(
    named.filter((name) => !changes.includes(`services.${name}`) && !helpers.includes(name)),
    [],
  );
  assert.match(lines.at(-1) ?? "", /^\| any other \|/);
});
