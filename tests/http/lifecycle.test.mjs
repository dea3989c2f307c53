// @ts-check
// examples/lifecycle.mjs with the installed tarball, against the installed command, over real HTTP.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { file } from "../package/consumer.mjs";
import { sandbox, start } from "./server.mjs";

const example = file("lifecycle.mjs", readFileSync(new URL("../../examples/lifecycle.mjs", import.meta.url), "utf8"));

// They mostly wait for the rate limit: so they run in parallel.
describe("examples/lifecycle.mjs", { concurrency: true }, () => {
  test("the life of a service", { timeout: 180_000 }, async (t) => {
    const { env, services, authorization } = await sandbox(t, "--time-scale", "200");
    const { code, stdout, stderr } = await start(process.execPath, [example], { env }).ended;
    assert.deepEqual([code, stderr], [0, ""], stdout);
    const steps = [
      /^list +0 services$/,
      /^create +[0-9a-f-]{36}$/,
      /^ +provisioning, \d+ s$/,
      /^ +running, \d+ s$/,
      /^get +lifecycle is running in eu-west-1$/,
      /^update +lifecycle, renamed, open to 203\.0\.113\.0\/24$/,
      /^scale +8 to 24 GB for each replica$/,
      /^password +set by its hash/,
      /^password +reset: the new one has \d\d characters$/,
      /^backups +1$/,
      /^ +done, \d+ s$/,
      /^backup +[0-9a-f-]{36} is done, \d+\.\d GB$/,
      /^ +stopped, \d+ s$/,
      /^stop +stopped$/,
      /^delete +gone$/,
      /^get +404 NOT_FOUND$/,
    ];
    const lines = stdout.split("\n");
    let at = 0;
    for (const step of steps) {
      const found = lines.findIndex((line, index) => index >= at && step.test(line));
      assert.ok(found >= at, `${step} is not in\n${stdout}`);
      at = found + 1;
    }
    const left = await fetch(services, { headers: { authorization } });
    assert.deepEqual((await left.json()).result, []);
  });

  test("it cleans up when it fails halfway", { timeout: 180_000 }, async (t) => {
    const { env, services, authorization } = await sandbox(t, "--time-scale", "200");
    const failing = readFileSync(example, "utf8").replace(
      "await cloud.services.resetPassword(id)",
      "await Promise.reject(new Error('halfway'))",
    );
    const { code, stdout, stderr } = await start(process.execPath, [file("failing.mjs", failing)], { env }).ended;
    assert.equal(code, 1, stdout);
    assert.match(stderr, /Error: halfway/);
    assert.match(stdout, /^delete +gone$/m);
    const left = await fetch(services, { headers: { authorization } });
    assert.deepEqual((await left.json()).result, []);
  });
});
