// The sandbox under the fake timers of Vitest: minutes pass in no time, and only when the test says so.
//
//     npm install --save-dev vitest
//     npx vitest run vitest.test.mjs
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { CloudClient } from "clickhouse-cloud";
import { Sandbox } from "clickhouse-cloud/sandbox";

beforeEach(() => {
  vi.useFakeTimers({ now: new Date("2030-01-01T00:00:00Z") });
});
afterEach(() => {
  vi.useRealTimers();
});

test("a service runs after some minutes", async () => {
  const sandbox = new Sandbox();
  const cloud = new CloudClient(sandbox.clientOptions);
  const { service } = await cloud.services.create({ name: "events", provider: "aws", region: "eu-west-1" });
  expect(service.createdAt).toBe("2030-01-01T00:00:00Z");

  const seen = vi.fn();
  const waiting = cloud.services.waitFor(service.id, "running", { onProgress: ({ state }) => seen(state) });
  await vi.advanceTimersByTimeAsync(30_000);
  expect(seen).toHaveBeenLastCalledWith("provisioning");
  await vi.advanceTimersByTimeAsync(200_000);
  expect((await waiting).state).toBe("running");
  expect(sandbox.state().now).toBe(Date.parse("2030-01-01T00:03:50Z"));
});

test("a response that is held back comes when its time has come", async () => {
  const sandbox = new Sandbox({ latencyMs: 5_000 });
  const cloud = new CloudClient(sandbox.clientOptions);
  const listed = vi.fn();
  const listing = cloud.services.list().then(listed);
  await vi.advanceTimersByTimeAsync(4_900);
  expect(listed).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(200);
  await listing;
  expect(listed).toHaveBeenCalledWith([]);
});
