// @ts-check
// Prism reads the same contract and knows nothing else of the API. As a mock it is without state: each answer fits the
// contract, every service always runs, nothing that is changed shows. So examples/lifecycle.mjs comes through it as far as
// it needs no change to show, which is until it waits for the service to be stopped. As a proxy in front of the sandbox
// Prism holds every request and every answer of a whole life against the contract.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { silent } from "../faults/server.mjs";
import { sandbox, start } from "../http/server.mjs";
import { file, installed } from "../package/consumer.mjs";

const example = file("lifecycle.mjs", readFileSync(new URL("../../examples/lifecycle.mjs", import.meta.url), "utf8"));
const contract = join(installed, "dist/openapi.json");
const program = fileURLToPath(new URL("node_modules/.bin/prism", import.meta.url));

/** The steps that the example takes, in their order. */
const STEPS = ["list", "create", "get", "update", "scale", "password", "password", "backups", "backup", "stop", "delete", "get"];

/**
 * The steps of an output, without progress and repeated looks for a backup.
 *
 * @param {string} output
 */
const steps = (output) =>
  [...output.matchAll(/^([a-z]+) /gm)]
    .map(([, step]) => step)
    .filter((step, index, all) => step !== "backups" || all[index - 1] !== "backups");

/**
 * @param {import("node:test").TestContext} t
 * @param {string[]} args
 */
async function prism(t, ...args) {
  const port = await silent();
  const started = start(program, [...args, "--host", "127.0.0.1", "--port", String(port)]);
  t.after(() => {
    started.child.kill("SIGKILL");
    return started.ended;
  });
  await started.printed(/Prism is listening on/);
  return { ...started, url: `http://127.0.0.1:${port}` };
}

test("the life of a service on a mock of the contract, until something has to change", { timeout: 180_000 }, async (t) => {
  const mock = await prism(t, "mock", contract);
  const { env } = await sandbox(t);
  const { child, ended, printed } = start(process.execPath, [example], { env: { ...env, CLICKHOUSE_API_URL: mock.url } });
  t.after(() => child.kill("SIGKILL"));
  await printed(/^backup +[\da-f-]{36} is done/m);
  // What it waits for now never comes: a mock stops nothing.
  await mock.printed(/patch \/v1\/organizations\/[\da-f-]+\/services\/[\da-f-]+\/state[^]*Responding with "200"/i);
  child.kill("SIGKILL");
  const { stdout } = await ended;
  assert.deepEqual(steps(stdout), STEPS.slice(0, STEPS.indexOf("stop")), stdout);
  mock.child.kill("SIGKILL");
  const { stdout: log } = await mock.ended;
  assert.doesNotMatch(log, /Violation|✖|Responding with "[45]/);
  assert.ok((log.match(/Responding with "200"/g) ?? []).length >= 10, log);
});

test("the life of a service in the sandbox, each message held against the contract", { timeout: 180_000 }, async (t) => {
  const { env, url, authorization } = await sandbox(t, "--time-scale", "200");
  const proxy = await prism(t, "proxy", contract, String(url), "--errors");
  const { code, stdout, stderr } = await start(process.execPath, [example], { env: { ...env, CLICKHOUSE_API_URL: proxy.url } }).ended;
  assert.deepEqual([code, stderr], [0, ""], stdout);
  assert.deepEqual(steps(stdout), STEPS, stdout);
  // It does look: what the contract does not allow, it does not let through.
  const wrong = await fetch(`${proxy.url}/v1/organizations/${env.CLICKHOUSE_ORG_ID}/services`, {
    method: "POST",
    headers: { authorization, "content-type": "application/json" },
    body: JSON.stringify({ name: "x".repeat(51) }),
  });
  assert.equal(wrong.status, 422);
});
