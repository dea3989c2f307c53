// @ts-check
// A machine that sleeps: its monotonic clock and its timers stop, and its wall clock does not. This is a file of its own because
// both clocks are replaced before the package is loaded.
import assert from "node:assert/strict";
import { test } from "node:test";

let aheadMs = 0;
const wall = Date.now;
Date.now = () => wall() + aheadMs;
const { scripted, rejection, service, success, ID, within } = await import("./support.mjs");

test("the hours that a machine sleeps count, a wall clock that is set back does not", async () => {
  for (const state of ["provisioning", "running"]) {
    const { cloud, calls } = scripted([
      () => {
        if (calls.length === 2) aheadMs += 3_600_000;
        return success({ ...service, state: calls.length > 2 ? state : "provisioning" });
      },
    ]);
    const wait = cloud.services.waitFor(ID, "running", { timeoutMs: 60_000, pollIntervalMs: 5 });
    if (state === "running") assert.equal((await within(wait)).state, "running");
    else {
      const error = await within(rejection(wait));
      assert.equal(error.reason, "deadline");
      assert.ok(error.elapsedMs >= 3_600_000 && error.elapsedMs < 3_610_000, String(error.elapsedMs));
    }
    assert.equal(calls.length, 3);
  }
  const { cloud, calls } = scripted([
    () => {
      if (calls.length === 2) aheadMs -= 7_200_000;
      return success({ ...service, state: "provisioning" });
    },
  ]);
  const error = await within(rejection(cloud.services.waitFor(ID, "running", { timeoutMs: 100, pollIntervalMs: 5 })));
  assert.ok(error.elapsedMs >= 100 && error.elapsedMs < 1_000, String(error.elapsedMs));
});
