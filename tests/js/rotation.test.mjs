// @ts-check
// keys.rotate: the new key always reaches the caller, also where a step fails or the call is aborted, and the old one works until then.
import assert from "node:assert/strict";
import { inspect } from "node:util";
import { test } from "node:test";
import { AuthenticationError, BadRequestError, ConfigurationError, ConnectionError, PermissionDeniedError } from "clickhouse-cloud";
import { broken, PIPE, refusal, tabled } from "./double.mjs";
import { ID, rejection, SECRET } from "./support.mjs";

const ROLE = "9a1f2c3d-1111-4000-8000-000000000001";
const FRESH = "PLANTED-fresh-s3cret";
const old = {
  id: PIPE,
  name: "loader",
  state: "enabled",
  roles: ["developer"],
  assignedRoles: [{ roleId: ROLE, roleName: "Loader", roleType: "system" }],
  keySuffix: "abcd",
  expireAt: "2027-01-01T00:00:00Z",
  ipAccessList: [{ source: "10.0.0.0/8", description: "office", addedLater: true }],
};
const created = { key: { id: ID, name: "loader", state: "enabled", keySuffix: "wxyz" }, keyId: "fresh-wxyz", keySecret: FRESH };
const steps = { get: `GET /keys/${PIPE}`, create: "POST /keys", disable: `PATCH /keys/${PIPE}`, remove: `DELETE /keys/${PIPE}` };
const table = (/** @type {Record<string, unknown[]>} */ other = {}) => ({
  [steps.get]: [old],
  [steps.create]: [created],
  [steps.disable]: [{ ...old, state: "disabled" }],
  [steps.remove]: [undefined],
  ...other,
});
const basic = (/** @type {string} */ id, /** @type {string} */ secret) => `Basic ${btoa(`${id}:${secret}`)}`;

test("the new key first, then the old one is disabled, and deleted on request", async () => {
  const { cloud, asked, routes } = tabled(table());
  assert.deepEqual(await cloud.keys.rotate(PIPE), created);
  assert.deepEqual(routes(), [steps.get, steps.create, steps.disable]);
  assert.deepEqual(asked[1]?.body, {
    name: "loader",
    state: "enabled",
    assignedRoleIds: [ROLE],
    ipAccessList: [{ source: "10.0.0.0/8", description: "office" }],
    expireAt: "2027-01-01T00:00:00Z",
  });
  assert.deepEqual(asked[2]?.body, { state: "disabled" });
  asked.length = 0;
  /** @type {unknown[]} */
  const order = [];
  const result = await cloud.keys.rotate(PIPE, {
    deleteOld: true,
    expireAt: "2028-01-01T00:00:00Z",
    onCreated: (key) => void order.push(key, routes().length),
  });
  assert.equal(result.keySecret, FRESH);
  assert.deepEqual(order, [created, 2]);
  assert.deepEqual(routes(), [steps.get, steps.create, steps.disable, steps.remove]);
  assert.equal(asked[1]?.body.expireAt, "2028-01-01T00:00:00Z");
});

test("a key of the older form keeps its roles", async () => {
  const { cloud, asked } = tabled(
    table({ [steps.get]: [{ id: PIPE, state: "disabled", roles: ["admin"], keySuffix: "abcd", expireAt: null }] }),
  );
  await cloud.keys.rotate(PIPE);
  assert.deepEqual(asked[1]?.body, { name: PIPE, state: "enabled", roles: ["admin"], expireAt: null });
});

test("a step that fails loses nothing", async () => {
  for (const [step, fails, made] of /** @type {const} */ ([
    ["get", () => refusal(403, "FORBIDDEN: no"), false],
    ["create", () => refusal(400, "BAD_REQUEST: expired"), false],
    ["disable", () => refusal(403, "FORBIDDEN: no"), true],
    ["disable", broken, true],
    ["remove", () => refusal(403, "FORBIDDEN: no"), true],
  ])) {
    const { cloud } = tabled(table({ [steps[step]]: [fails] }), { retryBudgetMs: 0 });
    const error = await rejection(cloud.keys.rotate(PIPE, { deleteOld: true }));
    assert.ok(
      [PermissionDeniedError, BadRequestError, ConnectionError].some((one) => error instanceof one),
      String(error),
    );
    assert.deepEqual(error.createdKey, made ? created : undefined, step);
    assert.equal(error.created, undefined);
    for (const shown of [inspect(error, { depth: 9, showHidden: true }), JSON.stringify(error), String(error.stack)])
      assert.ok(!shown.includes(FRESH), step);
  }
});

test("a creation without a response is not repeated", async () => {
  const { cloud, routes } = tabled(table({ [steps.create]: [broken] }));
  const error = await rejection(cloud.keys.rotate(PIPE));
  assert.ok(error instanceof ConnectionError);
  assert.deepEqual([error.ambiguous, error.createdKey], [true, undefined]);
  assert.deepEqual(routes(), [steps.get, steps.create]);
});

test("what onCreated throws, and an abort, leave the old key as it is", async () => {
  const { cloud, routes } = tabled(table());
  const thrown = new Error("the vault is closed");
  const error = await rejection(
    cloud.keys.rotate(PIPE, {
      onCreated: async () => {
        throw thrown;
      },
    }),
  );
  assert.equal(error, thrown);
  assert.deepEqual(Reflect.get(error, "createdKey"), created);
  const controller = new AbortController();
  const reason = new Error("enough");
  /** @type {unknown} */
  let kept;
  const aborted = await rejection(
    cloud.keys.rotate(PIPE, {
      signal: controller.signal,
      onCreated: (key) => {
        kept = key;
        controller.abort(reason);
      },
    }),
  );
  assert.equal(aborted, reason);
  assert.deepEqual(kept, created);
  assert.ok(!routes().includes(steps.disable));
});

test("a client's own key: the caller has the new one first, and it proves itself", async () => {
  const own = { keyId: "mine-abcd" };
  const { cloud, routes } = tabled(table(), own);
  const error = await rejection(cloud.keys.rotate(PIPE));
  assert.ok(error instanceof ConfigurationError);
  assert.match(error.message, /^keys\.rotate: .*onCreated/);
  assert.deepEqual(routes(), [steps.get]);

  const { cloud: again, asked } = tabled(table(), own);
  await again.keys.rotate(PIPE, { deleteOld: true, onCreated: () => {} });
  assert.deepEqual(
    asked.map(({ headers }) => headers["authorization"]),
    [basic("mine-abcd", SECRET), basic("mine-abcd", SECRET), basic("fresh-wxyz", FRESH), basic("fresh-wxyz", FRESH)],
  );

  const useless = tabled(table({ [steps.disable]: [refusal(401, "UNAUTHORIZED: no")] }), own);
  const refused = await rejection(useless.cloud.keys.rotate(PIPE, { onCreated: () => {} }));
  assert.ok(refused instanceof AuthenticationError);
  assert.deepEqual(refused.createdKey, created);
});

test("where nobody can tell whose key it is, it counts as the client's own", async () => {
  for (const options of [
    { keyId: undefined, keySecret: undefined, baseUrl: "https://backend.example" },
    { headers: { authorization: "Basic eDp5" } },
  ]) {
    const { cloud } = tabled(table(), options);
    const error = await rejection(cloud.keys.rotate(PIPE, options.headers ? { headers: options.headers } : {}));
    if (options.headers) assert.ok(error instanceof ConfigurationError, String(error));
  }
  const { cloud, asked } = tabled(table(), { keyId: undefined, keySecret: undefined, bearerToken: "token" });
  assert.deepEqual(await cloud.keys.rotate(PIPE), created);
  assert.equal(asked.length, 3);
});

test("a client that is freed meanwhile loses nothing", async () => {
  const { cloud } = tabled(table());
  assert.deepEqual(await cloud.keys.rotate(PIPE, { onCreated: () => cloud.free() }), created);
});
