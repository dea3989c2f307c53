// @ts-check
// Prism as a mock of the contract, to which the client sends a right call of every operation: Prism finds nothing wrong with
// the request, and the client nothing with the response that Prism makes. `SPEC=file.json` does it with another document too.
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
/** Without lists of patterns: Prism joins them into one, which matches nothing. */
const bundled = file(
  "mocked.json",
  JSON.stringify(JSON.parse(readFileSync(join(installed, "dist/openapi.json"), "utf8")), (key, value) =>
    key === "allOf" && value.every((/** @type {object} */ part) => Object.keys(part).join() === "pattern") ? undefined : value,
  ),
);

for (const document of [bundled, ...(process.env.SPEC ? [process.env.SPEC] : [])]) {
  test(`every operation against a mock of ${document === bundled ? "the contract" : document}`, { timeout: 300_000 }, async (t) => {
    const port = await silent();
    const started = start(program, ["mock", document, "--errors", "--host", "127.0.0.1", "--port", String(port)]);
    t.after(() => {
      started.child.kill("SIGKILL");
      return started.ended;
    });
    await started.printed(/Prism is listening on/);
    const cloud = new CloudClient({ ...keys, baseUrl: `http://127.0.0.1:${port}`, rateLimit: false, retryBudgetMs: 0, logLevel: "off" });
    /** @type {string[]} */
    const failed = [];
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
          (/** @type {any} */ error) => failed.push(`${operation.name}: ${error.message} ${JSON.stringify(error.body)}`),
        );
      }
    }
    console.log(`prism: ${operations.length} operations, ${calls} calls, ${failed.length} failed`);
    assert.deepEqual(failed, []);
  });
}
