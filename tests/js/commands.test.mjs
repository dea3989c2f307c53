// @ts-check
// Helpers that name what users mean: the commands of pipes and Postgres services, and costs over a range of any length.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ConnectionError, RequestValidationError, ServerError } from "clickhouse-cloud";
import { broken, PIPE, refusal, tabled } from "./double.mjs";
import { document } from "./operations.mjs";
import { ID, rejection } from "./support.mjs";

test("commands are sent by their names", async () => {
  const pipe = { id: PIPE, state: "Stopped" };
  const { cloud, asked } = tabled({
    [`PATCH /services/${ID}/clickpipes/${PIPE}/state`]: [pipe],
    [`PATCH /postgres/${PIPE}/state`]: [{ id: PIPE, state: "restarting" }],
  });
  assert.deepEqual(await cloud.clickPipes.start(ID, PIPE), pipe);
  assert.equal((await cloud.clickPipes.stop(ID, PIPE).withResponse()).status, 200);
  await cloud.clickPipes.resync(ID, PIPE, { headers: { "x-trace": "t" } });
  await cloud.postgres.restart(PIPE);
  await cloud.postgres.promote(PIPE);
  await cloud.postgres.switchover(PIPE);
  assert.deepEqual(
    asked.map(({ body }) => body.command),
    ["start", "stop", "resync", "restart", "promote", "switchover"],
  );
  assert.equal(asked[2]?.headers["x-trace"], "t");
});

test("a pipe is started and stopped again where a response is lost, and never synchronized or restarted twice", async () => {
  const lost = () =>
    tabled({
      [`PATCH /services/${ID}/clickpipes/${PIPE}/state`]: [broken, { id: PIPE, state: "Running" }],
      [`PATCH /postgres/${PIPE}/state`]: [broken],
    });
  for (const command of /** @type {const} */ (["start", "stop"])) {
    const { cloud, asked } = lost();
    assert.equal((await cloud.clickPipes[command](ID, PIPE)).state, "Running");
    assert.equal(asked.length, 2);
  }
  for (const call of [
    (/** @type {any} */ cloud) => cloud.clickPipes.resync(ID, PIPE),
    (/** @type {any} */ cloud) => cloud.postgres.restart(PIPE),
  ]) {
    const { cloud, asked } = lost();
    const error = await rejection(call(cloud));
    assert.ok(error instanceof ConnectionError && error.ambiguous);
    assert.equal(asked.length, 1);
  }
});

const record = (/** @type {string} */ date) => ({ date, totalCHC: 0.1 });
const costs = (/** @type {any} */ { query }) => ({
  grandTotalCHC: 0.1,
  costs: [record(query.get("from_date")), record(query.get("to_date"))],
});

test("costs of any range come in parts that the service takes, and add up exactly", async () => {
  const { days } = document.paths["/v1/organizations/{organizationId}/usageCost"].get["x-range"];
  assert.equal(days, 31);
  const { cloud, asked } = tabled({ "GET /usageCost": [costs] });
  const all = await cloud.usageCost.range(
    { from_date: "2024-02-01", to_date: "2024-04-03", filter: ["tag:a=b", "tag:c"] },
    { headers: { "x-trace": "t" } },
  );
  const parts = asked.map(({ query }) => [query.get("from_date"), query.get("to_date")]);
  assert.deepEqual(parts, [
    ["2024-02-01", "2024-03-02"],
    ["2024-03-03", "2024-04-02"],
    ["2024-04-03", "2024-04-03"],
  ]);
  assert.deepEqual(
    all.costs.map(({ date }) => date),
    parts.flat(),
  );
  assert.equal(all.grandTotalCHC, 0.3);
  for (const one of asked) assert.deepEqual([one.query.getAll("filter"), one.headers["x-trace"]], [["tag:a=b", "tag:c"], "t"]);
  asked.length = 0;
  await cloud.usageCost.range({ from_date: "2026-01-01", to_date: "2026-01-31" });
  assert.equal(asked.length, 1);
});

test("totals of all sizes are added in decimal", async () => {
  for (const [totals, sum] of /** @type {[number[], number][]} */ ([
    [[1e21, 1, -1e21], 1],
    [[1e-7, 2e-7, 0.1], 0.1000003],
    [[1.005, 2.675, 0], 3.68],
    [[-0.5, 0.25, 12], 11.75],
  ])) {
    const { cloud } = tabled({ "GET /usageCost": totals.map((grandTotalCHC) => ({ grandTotalCHC, costs: [] })) });
    assert.equal((await cloud.usageCost.range({ from_date: "2026-01-01", to_date: "2026-03-15" })).grandTotalCHC, sum);
  }
});

test("a range that is none is refused before anything is sent, with all that is wrong", async () => {
  const { cloud, asked } = tabled({ "GET /usageCost": [costs] });
  const range = (/** @type {any} */ query) => rejection(cloud.usageCost.range(query));
  const backwards = await range({ from_date: "2026-02-01", to_date: "2026-01-31" });
  assert.ok(backwards instanceof RequestValidationError);
  assert.match(backwards.message, /^usageCost\.range: query\.to_date: expected a day that is not before 2026-02-01/);
  for (const query of [
    undefined,
    {},
    { from_date: "2026-02-30", to_date: "2026-03-01" },
    { from_date: "2026-02-01", to_date: "soon" },
    { from_date: "2026-01-01", to_date: "2026-01-02", filtr: [] },
  ]) {
    assert.ok((await range(query)) instanceof RequestValidationError, JSON.stringify(query));
  }
  assert.equal(asked.length, 0);
});

test("the first part that fails ends it, and so does an abort", async () => {
  const failing = tabled({ "GET /usageCost": [costs, () => refusal(500, "INTERNAL: no")] }, { retryBudgetMs: 0 });
  const long = { from_date: "2025-01-01", to_date: "2025-12-31" };
  assert.ok((await rejection(failing.cloud.usageCost.range(long))) instanceof ServerError);
  assert.equal(failing.asked.length, 2);
  const controller = new AbortController();
  const reason = new Error("enough");
  const { cloud, asked } = tabled({
    "GET /usageCost": [
      costs,
      (/** @type {any} */ one) => {
        controller.abort(reason);
        return costs(one);
      },
    ],
  });
  assert.equal(await rejection(cloud.usageCost.range(long, { signal: controller.signal })), reason);
  assert.equal(asked.length, 2);
});
