// @ts-check
// Bodies of requests and results: values that JSON cannot hold, advice in errors, and the passwords in results.
import assert from "node:assert/strict";
import { test } from "node:test";
import { doubleSha1Hash, hashPassword, ResponseValidationError } from "clickhouse-cloud";
import { ID, rejection, scripted, service, success } from "./support.mjs";

test("what JSON cannot hold is told at its own place, beside all else that is wrong", async () => {
  const { cloud, calls } = scripted([success(service)]);
  /** @type {any} */
  const loop = [{ source: "::1" }];
  loop.push({ source: loop });
  const named = { toJSON: () => "from toJSON" };
  const { issues } = await rejection(
    cloud.services.create(
      /** @type {any} */ ({
        name: 1n,
        provider: "aws",
        region: Symbol("eu-west-1"),
        numReplicas: NaN,
        minReplicaMemoryGb: 9,
        idleTimeoutMinutes: Infinity,
        isReadonly: () => true,
        tags: [{ key: "a" }, { key: "b", value: new Map() }, undefined],
        ipAccessList: loop,
        dataWarehouseId: undefined,
        profile: new Date(NaN),
        encryptionKey: named,
        byocId: new Uint8Array(2),
      }),
    ),
  );
  assert.deepEqual(
    issues.map((/** @type {any} */ { path, received }) => `${path.join(".")} ${received}`),
    [
      "body.name a value of type bigint",
      "body.region a value of type symbol",
      "body.numReplicas NaN",
      "body.idleTimeoutMinutes Infinity",
      "body.isReadonly a value of type function",
      "body.tags.1.value a value of type Map",
      "body.tags.2 a value of type undefined",
      "body.ipAccessList.1.source an object that holds itself",
      "body.profile an invalid Date",
      "body.byocId a value of type Uint8Array",
      "body.minReplicaMemoryGb 9",
    ],
  );
  assert.deepEqual(
    issues.map((/** @type {any} */ { code }) => code),
    [...Array(10).fill("type"), "step"],
  );

  const places = async (/** @type {Promise<unknown>} */ call) =>
    (await rejection(call)).issues.map((/** @type {any} */ { path, received }) => `${path.join(".")} ${received}`);
  const path = "GET /v1/organizations/{organizationId}/services";
  assert.deepEqual(await places(cloud.request(path, /** @type {any} */ ({ query: { filter: ["tag:a", 1n, "b"] } }))), [
    "query.filter.1 a value of type bigint",
    'query.filter.2 "b"',
  ]);
  assert.deepEqual(await places(cloud.request(path, /** @type {any} */ ({ path: 7, query: [] }))), ["path 7", "query an array"]);
  assert.deepEqual(await places(cloud.services.waitFor(/** @type {any} */ (1n), "running")), ["path.serviceId a value of type bigint"]);
  assert.deepEqual(await places(cloud.services.setPassword(/** @type {any} */ (Symbol("x")), "x")), [
    "path.serviceId a value of type symbol",
  ]);
  assert.equal(calls.length, 0);

  // One object at two places is no cycle, a Date becomes its text, and undefined properties are absent.
  const entry = { source: "::1", description: undefined };
  await cloud.services.update(ID, { ipAccessList: { add: [entry], remove: [entry, entry] }, name: /** @type {any} */ (named) });
  const sent = { ipAccessList: { add: [{ source: "::1" }], remove: [{ source: "::1" }, { source: "::1" }] }, name: "from toJSON" };
  assert.deepEqual(JSON.parse(calls[0]?.init.body), sent);
  await cloud.services.update(ID, { name: /** @type {any} */ (new Date(0)) });
  assert.equal(JSON.parse(calls[1]?.init.body).name, "1970-01-01T00:00:00.000Z");
});

test("what a body's own code throws goes back, whatever its class", async () => {
  const { cloud, calls } = scripted([success(service)]);
  for (const own of [new TypeError("mine"), new RangeError("mine"), new Error("mine")]) {
    const fail = () => {
      throw own;
    };
    for (const body of [
      {
        get name() {
          return fail();
        },
      },
      { name: { toJSON: fail } },
      new Proxy({}, { ownKeys: fail }),
    ]) {
      assert.equal(await rejection(cloud.services.update(ID, /** @type {any} */ (body))), own);
    }
  }
  assert.equal(calls.length, 0);
});

test("advice names what takes the place of what was written", async () => {
  const { cloud } = scripted([success(service)]);
  const hint = async (/** @type {Promise<unknown>} */ call) => (await rejection(call)).message;
  const update = (/** @type {any} */ body) => hint(cloud.services.update(ID, body));
  assert.match(await update({ ipAccessList: [{ source: "::1" }] }), /body\.ipAccessList: .*did you mean \{ add, remove \}\?/);
  assert.match(await update({ ipAccessList: { add: [{ source: "::1", desc: "x" }] } }), /desc: .*did you mean description\?/);
  assert.match(await update({ ipAccessList: { add: [{ source: "::1", ip: "::2" }] } }), /ip: .*did you mean source\?/);
  assert.match(await update({ numReplicas: 3 }), /body\.numReplicas: .*services\.updateReplicaScaling takes it/);
  assert.match(
    await hint(cloud.services.list({ filter: ["tag:a", "team=data"] })),
    /query\.filter\[1\]: expected tag:KEY or tag:KEY=VALUE/,
  );
});

test("a password that did not come is an error, whatever is tolerated", async () => {
  for (const validateResponses of ["error", "warn", "off"]) {
    for (const result of [{}, { password: "" }]) {
      const error = await rejection(scripted([success(result)], { validateResponses }).cloud.services.resetPassword(ID));
      assert.ok(error instanceof ResponseValidationError);
      assert.deepEqual(
        [error.ambiguous, /** @type {any} */ (error.body).result, error.issues[0]?.path],
        [true, result, ["result", "password"]],
      );
    }
    const created = { service, password: "" };
    const error = await rejection(
      scripted([success(created)], { validateResponses }).cloud.services.create({ name: "x", provider: "aws", region: "eu-west-1" }),
    );
    assert.ok(error instanceof ResponseValidationError);
    assert.deepEqual(/** @type {any} */ (error.body).result, created);
  }
});

test("a password is set by both hashes", async () => {
  const { cloud, calls } = scripted([success({})]);
  await cloud.services.setPassword(ID, "yourpassword");
  const newPasswordHash = hashPassword("yourpassword");
  assert.deepEqual(JSON.parse(calls[0]?.init.body), { newPasswordHash, newDoubleSha1Hash: "d4cecba84f0a507325cd8aa82fcde04ea8be56b0" });
  const alone = await rejection(cloud.services.updatePassword(ID, { newDoubleSha1Hash: doubleSha1Hash("yourpassword") }));
  assert.deepEqual(
    alone.issues.map((/** @type {any} */ { path }) => path),
    [["body", "newPasswordHash"]],
  );
  assert.ok(!alone.message.includes("d4cecba"), alone.message);
});
