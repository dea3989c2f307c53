// @ts-check
// Prism as a mock of the contract, to which the client sends a right call of every operation: Prism finds nothing wrong with
// the request, and the client nothing with the response that Prism makes. `SPEC=file.json` does it with an official document too:
// there each difference must be one that is known, with its reason.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { CloudClient } from "clickhouse-cloud";
import { silent } from "../faults/server.mjs";
import { start } from "../http/server.mjs";
import { callMethod, made, operations, right } from "../js/operations.mjs";
import { keys } from "../js/support.mjs";
import { file, installed } from "../package/consumer.mjs";

const program = fileURLToPath(new URL("node_modules/.bin/prism", import.meta.url));
/** A document without lists of patterns: Prism joins them into one, which matches nothing. @param {string} path */
const mocked = (path) =>
  JSON.stringify(JSON.parse(readFileSync(path, "utf8")), (key, value) =>
    key === "allOf" && value.every((/** @type {object} */ part) => Object.keys(part).join() === "pattern") ? undefined : value,
  );

/** Where the official document and the contract differ on purpose, as a mock shows it. docs/drift.md has the marked places. */
const DIFFERENCES = [
  {
    of: /^clickPipes\.(create|update|discoverSchema)$/,
    shown: /source\.kafka\.credentials must match exactly one schema in oneOf/,
    reason: "The official variants of the credentials require nothing that tells them apart, so several match.",
  },
  {
    of: /^clickStack\.dashboards\./,
    shown: /\.level must be/,
    reason: "ClickStackSelectItem.level: the official values are texts of a property that is a number, so none is right.",
  },
  {
    of: /^clickStack\.alerts\./,
    shown: /channel\.webhookId: expected a string, received nothing/,
    reason: "ClickStackEmailAlertChannel.type: the official type does not tell the channels apart, so a mock mixes them.",
  },
  {
    of: /^postgres\.config\.(replace|update)$/,
    shown: /pgBouncerConfig must NOT have fewer than 1 properties/,
    reason: "PgBouncerParameters: official clients send an empty object.",
  },
];

const documents = [
  { name: "the contract", path: join(installed, "dist/openapi.json"), differences: DIFFERENCES.slice(0, 0) },
  ...(process.env.SPEC ? [{ name: "the official document", path: process.env.SPEC, differences: DIFFERENCES }] : []),
];

for (const { name, path, differences } of documents) {
  test(`every operation against a mock of ${name}`, { timeout: 300_000 }, async (t) => {
    const port = await silent();
    const document = file("mocked.json", mocked(path));
    const started = start(program, ["mock", document, "--errors", "--host", "127.0.0.1", "--port", String(port)]);
    t.after(() => {
      started.child.kill("SIGKILL");
      return started.ended;
    });
    await started.printed(/Prism is listening on/);
    const cloud = new CloudClient({ ...keys, baseUrl: `http://127.0.0.1:${port}`, rateLimit: false, retryBudgetMs: 0, logLevel: "off" });
    /** @type {string[]} */
    const failed = [];
    /** The differences that showed. @type {Set<typeof DIFFERENCES[number]>} */
    const met = new Set();
    let calls = 0;
    for (const operation of operations) {
      const whole = right(operation);
      const bodies = operation.body === undefined ? [undefined] : [whole.body, made.sample(operation.body)];
      for (const body of bodies) {
        calls += 1;
        const parameters = operation.body === undefined ? whole : { ...whole, body };
        await callMethod(cloud, operation, parameters).then(
          (/** @type {unknown} */ data) => {
            if (operation.media !== "application/json" && typeof data !== "string") failed.push(`${operation.name}: no text`);
          },
          (/** @type {any} */ error) => {
            const text = `${error.message} ${JSON.stringify(error.body)}`;
            const known = differences.find(({ of, shown }) => of.test(operation.name) && shown.test(text));
            if (known === undefined) failed.push(`${operation.name}: ${text}`);
            else met.add(known);
          },
        );
      }
    }
    console.log(`prism: ${operations.length} operations, ${calls} calls, ${failed.length} failed`);
    for (const { of, reason } of met) console.log(`prism: ${of.source} differs. ${reason}`);
    assert.deepEqual(failed, []);
    assert.deepEqual(
      differences.filter((one) => !met.has(one)),
      [],
      "no longer there",
    );
  });
}
