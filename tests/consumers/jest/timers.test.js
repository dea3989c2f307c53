// Jest's own fake timers, which replace all of the environment's: nothing but the test says how time passes.
const { CloudClient } = require("clickhouse-cloud");
const { Sandbox } = require("clickhouse-cloud/sandbox");

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

const organizationId = "5a9db0c5-0000-4000-8000-000000000001";
const id = "3f6c1d1e-8a52-4b6f-9d0c-5a1b2c3d4e5f";
const common = { keyId: "id", keySecret: "secret", organizationId, logLevel: "off", dangerouslyAllowBrowser: true };

/** A client whose services have these states, one after the other; a number is the status of a refusal. */
function answered(states, options) {
  const asked = [];
  const fetch = async (url) => {
    const next = states[asked.push(url) - 1];
    if (typeof next === "number") return Response.json({ status: next, error: "later" }, { status: next });
    return Response.json({ status: 200, requestId: id, result: { id, name: "events", state: next } });
  };
  return { asked, cloud: new CloudClient({ ...common, fetch, ...options }) };
}

test("calls need no timer", async () => {
  const sandbox = new Sandbox();
  const cloud = new CloudClient(sandbox.clientOptions);
  await cloud.services.create({ name: "events", provider: "aws", region: "eu-west-1" });
  expect(await cloud.services.list()).toHaveLength(1);
});

test("the sandbox keeps the time of the timers", async () => {
  const sandbox = new Sandbox();
  const cloud = new CloudClient(sandbox.clientOptions);
  const { service } = await cloud.services.create({ name: "events", provider: "aws", region: "eu-west-1" });
  const running = cloud.services.waitFor(service.id, "running");
  await jest.advanceTimersByTimeAsync(600_000);
  expect(await running).toMatchObject({ state: "running" });
});

test("a retry waits for them", async () => {
  const { asked, cloud } = answered([503, "running"]);
  const service = cloud.services.get(id);
  await jest.advanceTimersByTimeAsync(0);
  expect(asked).toHaveLength(1);
  await jest.advanceTimersByTimeAsync(60_000);
  expect(await service).toMatchObject({ state: "running" });
  expect(asked).toHaveLength(2);
});

test("the rate limit and the pauses between polls wait for them", async () => {
  const { asked, cloud } = answered(["provisioning", "provisioning", "running"], { rateLimit: { requests: 2, perMs: 600_000 } });
  const running = cloud.services.waitFor(id, "running", { pollIntervalMs: 60_000 });
  await jest.advanceTimersByTimeAsync(59_000);
  expect(asked).toHaveLength(1);
  await jest.advanceTimersByTimeAsync(500_000);
  expect(asked).toHaveLength(2);
  // The limiter adds a random part to its own pauses.
  await jest.advanceTimersByTimeAsync(600_000);
  expect(await running).toMatchObject({ state: "running" });
});

test("an attempt ends when its time is over", async () => {
  const fetch = (_, { signal }) => new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  const cloud = new CloudClient({ ...common, fetch, timeoutMs: 5_000, retryBudgetMs: 0 });
  const ended = cloud.services.get(id).catch((error) => error.name);
  await jest.advanceTimersByTimeAsync(5_000);
  expect(await ended).toBe("TimeoutError");
});
