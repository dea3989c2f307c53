// @ts-check
// The waiters of the contract, each by the states that it marks (`x-states`): reached, failed, gone, unknown, by a deadline, an abort
// and a fault. A new waiter of the contract needs a row here, and nothing else.
import assert from "node:assert/strict";
import { test } from "node:test";
import { AuthenticationError, CloudClient, ConfigurationError, NotFoundError, RequestValidationError, WaitError } from "clickhouse-cloud";
import { broken, gone, page, PIPE, refusal, tabled } from "./double.mjs";
import { document } from "./operations.mjs";
import { ID, rejection, within } from "./support.mjs";

const udf = { functionName: "area", version: 1 };
const attachment = { ...udf, serviceId: ID };

/**
 * A waiter: its schema, the route that it polls, a resource in a state, and its call.
 *
 * @typedef {{
 *   schema: string,
 *   route: string,
 *   at: (state: string) => unknown,
 *   call: (cloud: CloudClient, states?: any, options?: any) => Promise<any>,
 *   missing?: () => unknown,
 *   state?: (resource: any) => string,
 * }} Waiter
 */

/** @type {Record<string, Waiter>} */
const WAITERS = {
  "services.waitFor": {
    schema: "State",
    route: `GET /services/${ID}`,
    at: (state) => ({ id: ID, name: "events", state }),
    call: (cloud, states = ["running", "idle", "stopped"], options) => cloud.services.waitFor(ID, states, options),
  },
  "backups.waitFor": {
    schema: "BackupStatus",
    route: `GET /services/${ID}/backups/${PIPE}`,
    at: (status) => ({ id: PIPE, status }),
    call: (cloud, _, options) => cloud.backups.waitFor(ID, PIPE, options),
  },
  "clickPipes.waitFor": {
    schema: "ClickPipeState",
    route: `GET /services/${ID}/clickpipes/${PIPE}`,
    at: (state) => ({ id: PIPE, state }),
    call: (cloud, states, options) => cloud.clickPipes.waitFor(ID, PIPE, states, options),
  },
  "clickPipes.reversePrivateEndpoints.waitFor": {
    schema: "ReversePrivateEndpointStatus",
    route: `GET /services/${ID}/clickpipesReversePrivateEndpoints/${PIPE}`,
    at: (status) => ({ id: PIPE, status }),
    call: (cloud, states, options) => cloud.clickPipes.reversePrivateEndpoints.waitFor(ID, PIPE, states, options),
  },
  "postgres.waitFor": {
    schema: "PostgresState",
    route: `GET /postgres/${PIPE}`,
    at: (state) => ({ id: PIPE, state }),
    call: (cloud, states, options) => cloud.postgres.waitFor(PIPE, states, options),
  },
  "udfs.waitFor": {
    schema: "UdfStatus",
    route: "GET /udfs/area",
    at: (status) => ({ ...udf, status }),
    call: (cloud, states, options) => cloud.udfs.waitFor("area", states, options),
  },
  "udfs.attachments.waitFor": {
    schema: "UdfAttachmentStatus",
    route: `GET /udfs/area/attachments/${ID}`,
    at: (status) => ({ ...attachment, status }),
    call: (cloud, states, options) => cloud.udfs.attachments.waitFor("area", ID, states, options),
  },
  "byoc.waitFor": {
    schema: "ByocState",
    route: "GET ",
    at: (state) => ({
      id: ID,
      byocConfig: [
        { id: ID, state: "infra-ready" },
        { id: PIPE, state },
      ],
    }),
    missing: () => ({ id: ID, byocConfig: [{ id: ID, state: "infra-ready" }] }),
    call: (cloud, states, options) => cloud.byoc.waitFor(PIPE, states, options),
  },
};

/** @param {Waiter} waiter */
const stateOf = ({ schema }, /** @type {any} */ resource) => (schema.endsWith("Status") ? resource.status : resource.state);

test("every waiter of the contract is here", () => {
  const marked = Object.values(document.paths).flatMap((item) =>
    Object.values(item)
      .filter((operation) => operation["x-waiter"])
      .map((operation) => `${operation["x-name"].replace(/\.\w+$/, "")}.waitFor`),
  );
  assert.deepEqual(marked.sort(), Object.keys(WAITERS).sort());
});

for (const [name, waiter] of Object.entries(WAITERS)) {
  const { route, at, call } = waiter;
  const missing = waiter.missing ?? gone;
  const { "x-states": states } = document.components.schemas[waiter.schema];
  const { ongoing, reached, failed = [] } = states;
  const takesStates = name !== "backups.waitFor";

  test(`${name}: every state has its meaning`, async () => {
    for (const state of /** @type {string[][]} */ (Object.values(states)).flat()) {
      const { cloud } = tabled({ [route]: [at(ongoing[0]), at(state), at("deadline")] });
      const ended = await within(call(cloud, undefined, { timeoutMs: 60_000 }).catch((error) => error));
      const meaning = ended instanceof WaitError ? ended.reason : stateOf(waiter, ended);
      const expected = reached.includes(state) ? state : ongoing.includes(state) ? "deadline" : "failed-state";
      assert.equal(meaning, expected, state);
      if (ended instanceof WaitError) assert.ok(ended.message.startsWith(`${name}: `), ended.message);
    }
  });

  test(`${name}: progress, faults and unknown states`, async () => {
    const { cloud, elapsed } = tabled({
      [route]: [at(ongoing[0]), broken, refusal(503, "UNAVAILABLE: later"), at("hibernating"), page(), at(reached[0])],
    });
    /** @type {string[]} */
    const seen = [];
    const resource = await within(
      call(cloud, undefined, { onProgress: (/** @type {any} */ { state, fault }) => seen.push(fault ? "fault" : state) }),
    );
    assert.equal(stateOf(waiter, resource), reached[0]);
    assert.deepEqual(seen, [ongoing[0], "fault", "fault", "hibernating", "fault", reached[0]]);
    assert.ok(elapsed() >= 1_000);
  });

  test(`${name}: what is too new to be read is waited for, and what never was is not`, async () => {
    const young = tabled({ [route]: [missing, missing, at(ongoing[0]), at(reached[0])] });
    assert.equal(stateOf(waiter, await within(call(young.cloud))), reached[0]);
    const never = tabled({ [route]: [missing] });
    const error = await within(rejection(call(never.cloud)));
    if (waiter.missing) assert.equal(error.reason, "gone");
    else assert.ok(error instanceof NotFoundError, String(error));
    assert.ok(never.elapsed() >= 120_000 && never.elapsed() < 180_000, `${never.elapsed()}`);
  });

  test(`${name}: what vanishes is gone`, async () => {
    const { cloud } = tabled({ [route]: [at(ongoing[0]), missing] });
    const error = await within(rejection(call(cloud)));
    assert.ok(error instanceof WaitError);
    assert.deepEqual([error.reason, error.lastState], ["gone", ongoing[0]]);
  });

  test(`${name}: deadline, abort, and no access`, async () => {
    const late = tabled({ [route]: [at(ongoing[0])] });
    const error = await within(rejection(call(late.cloud, undefined, { timeoutMs: 5_000 })));
    assert.deepEqual([error.reason, error.lastState, late.elapsed() < 6_000], ["deadline", ongoing[0], true]);
    const controller = new AbortController();
    const reason = new Error("enough");
    const { cloud, asked } = tabled({ [route]: [at(ongoing[0])] });
    const waiting = call(cloud, undefined, { signal: controller.signal, onProgress: () => asked.length === 3 && controller.abort(reason) });
    assert.equal(await within(rejection(waiting)), reason);
    assert.equal(asked.length, 3);
    const closed = tabled({ [route]: [refusal(401, "UNAUTHORIZED: no")] });
    assert.ok((await within(rejection(call(closed.cloud)))) instanceof AuthenticationError);
    assert.equal(closed.asked.length, 1);
  });

  if (takesStates) {
    test(`${name}: states of the caller's`, async () => {
      const wanted = failed[0] ?? ongoing[0];
      const { cloud } = tabled({ [route]: [at(reached[0]), at(wanted)] });
      assert.equal(stateOf(waiter, await within(call(cloud, wanted))), wanted);
      for (const wrong of [[], "", [7], { timeoutMs: 1 }]) {
        const error = await rejection(call(cloud, wrong));
        assert.ok(error instanceof ConfigurationError, String(error));
        assert.match(error.message, /a state, or a list of states/);
      }
      const misspelt = await rejection(call(cloud, `${reached[0]}z`));
      assert.match(misspelt.message, new RegExp(`did you mean "${reached[0]}"`));
    });

    test(`${name}: gone is a goal`, async () => {
      const { cloud, elapsed } = tabled({ [route]: [at(reached[0]), at(failed[0] ?? ongoing[0]), page(), missing] });
      assert.equal(await within(call(cloud, "gone")), undefined);
      assert.ok(elapsed() < 30_000);
      // One 404 alone may be that of something too new; a second one is not.
      const before = tabled({ [route]: [missing] });
      assert.equal(await within(call(before.cloud, ["gone"])), undefined);
      assert.ok(before.elapsed() >= 10_000 && before.elapsed() < 30_000, `${before.elapsed()}`);
      for (const state of states.gone ?? []) {
        assert.equal(await within(call(tabled({ [route]: [at(state)] }).cloud, "gone")), undefined);
      }
      const stays = tabled({ [route]: [at(reached[0])] });
      assert.equal((await within(rejection(call(stays.cloud, "gone", { timeoutMs: 60_000 })))).reason, "deadline");
    });
  }
}

test("a wrong id is refused before anything is sent, also where no request carries it", async () => {
  const { cloud, asked } = tabled({});
  for (const waiting of [
    cloud.byoc.waitFor("x"),
    cloud.byoc.waitFor(/** @type {any} */ (undefined)),
    cloud.postgres.waitFor("x"),
    cloud.udfs.waitFor("a b"),
  ]) {
    const error = await rejection(waiting);
    assert.ok(error instanceof RequestValidationError, String(error));
    assert.equal(error.issues[0]?.path[0], "path");
  }
  assert.equal(asked.length, 0);
});

test("many waits of pipes poll each its own: only services share a list", async () => {
  const { cloud, asked } = tabled({ [`GET /services/${ID}/clickpipes/${PIPE}`]: [{ id: PIPE, state: "Running" }] });
  await within(Promise.all(Array.from({ length: 5 }, () => cloud.clickPipes.waitFor(ID, PIPE))));
  assert.ok(asked.every(({ path }) => path === `/services/${ID}/clickpipes/${PIPE}`));
});
