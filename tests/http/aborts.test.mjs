// @ts-check
// An abort ends everything at once: the queue of the rate limit, the backoff, the request, the body, the wait.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { file } from "../package/consumer.mjs";
import { sandbox, start } from "./server.mjs";

const ABORTS = 200;
/** Far longer than an idle process takes to end, and shorter than the shortest timer of a call. */
const END_MS = 15_000;

test(`${ABORTS} aborts at random moments leave nothing running`, { timeout: 120_000 }, async (t) => {
  const program = file("aborting.mjs", readFileSync(new URL("aborting.mjs", import.meta.url), "utf8"));
  const { env } = await sandbox(t, "--time-scale", "1000", "--rate-limit", "off", "--max-services", "1000", "--latency-ms", "2");
  const started = start(process.execPath, [program, "7", String(ABORTS)], { env });
  t.after(() => started.child.kill("SIGKILL"));
  const [line] = await started.printed(/^\{.*\}$/m);
  const reported = performance.now();
  const { code, stderr } = await started.ended;
  assert.ok(performance.now() - reported < END_MS, "it ends by itself at once");
  assert.deepEqual([code, stderr], [0, ""]);
  const { struck, withReason, ...rest } = JSON.parse(line);
  assert.deepEqual(rest, { errors: [], open: 0, left: [] }, line);
  assert.equal(struck, ABORTS);
  // A few come between two calls, or when a call has just ended.
  assert.ok(withReason > ABORTS / 2, line);
});
