// The sandbox under the fake timers of node:test: minutes pass in no time, and only when the test says so.
//
//     node --test mock-timers.test.mjs
import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { CloudClient } from "clickhouse-cloud";
import { Sandbox } from "clickhouse-cloud/sandbox";

test("a service runs after some minutes", async (t) => {
  t.mock.timers.enable({ apis: ["Date", "setTimeout"], now: Date.parse("2030-01-01T00:00:00Z") });
  const sandbox = new Sandbox();
  const cloud = new CloudClient(sandbox.clientOptions);
  const { service } = await cloud.services.create({ name: "events", provider: "aws", region: "eu-west-1" });
  assert.equal(service.createdAt, "2030-01-01T00:00:00Z");

  let running = false;
  const waiting = cloud.services.waitFor(service.id, "running").then(() => (running = true));
  for (let second = 0; second < 30; second += 1) {
    t.mock.timers.tick(1_000);
    await turn();
  }
  assert.deepEqual([running, sandbox.state().services[0].state], [false, "provisioning"]);
  while (!running) {
    t.mock.timers.tick(1_000);
    await turn();
  }
  await waiting;
  const { now, services } = sandbox.state();
  assert.equal(services[0].state, "running");
  assert.ok(now >= Date.parse("2030-01-01T00:01:00Z") && now <= Date.parse("2030-01-01T00:04:00Z"));
});
