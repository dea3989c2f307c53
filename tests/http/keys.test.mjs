// @ts-check
// Keys over real HTTP: what opens the organization, from where, and what the policies of roles permit.
import assert from "node:assert/strict";
import { test } from "node:test";
import { sandbox } from "./server.mjs";

const SERVICE = { name: "events", provider: "aws", region: "eu-west-1" };
const VIEW = "control-plane:service:view";
const SCALE = "control-plane:service:manage-scaling-config";

/**
 * A served organization, with functions for requests by any key.
 *
 * @param {import("node:test").TestContext} t
 */
async function served(t) {
  const cloud = await sandbox(t, "--rate-limit", "off");
  const organization = cloud.services.replace(/\/services$/, "");
  /**
   * @param {string} authorization
   * @param {string} method
   * @param {string} path
   * @param {unknown} [body]
   */
  const ask = async (authorization, method, path, body) => {
    const answer = await fetch(`${organization}${path}`, { method, headers: { authorization }, body: JSON.stringify(body) });
    return { status: answer.status, body: await answer.json() };
  };
  /** @param {[method: string, path: string, body?: unknown]} request */
  const own = (...request) => ask(cloud.authorization, ...request);
  /** @param {Record<string, unknown>} more */
  const create = async (more) => {
    const { status, body } = await own("POST", "/keys", { name: "ci", ...more });
    assert.equal(status, 200, JSON.stringify(body));
    const { key, keyId, keySecret } = body.result;
    return { path: `/keys/${key.id}`, authorization: `Basic ${Buffer.from(`${keyId}:${keySecret}`).toString("base64")}` };
  };
  /** @param {number} ms */
  const advance = (ms) => fetch(`${cloud.url}/__sandbox/advance`, { method: "POST", body: JSON.stringify({ ms }) });
  return { ask, own, create, advance };
}

test("the access list of a key holds", async (t) => {
  const { ask, own, create } = await served(t);
  for (const [source, status] of /** @type {[string, number][]} */ ([
    ["127.0.0.1", 200],
    ["127.0.0.0/8", 200],
    ["0.0.0.0/0", 200],
    ["203.0.113.0/24", 403],
    ["127.0.0.2", 403],
    ["2001:db8::/32", 403],
  ])) {
    const { path, authorization } = await create({ ipAccessList: [{ source }] });
    const { status: got, body } = await ask(authorization, "GET", "/services");
    assert.equal(got, status, source);
    if (status === 403) assert.match(body.error, /^FORBIDDEN: the access list of the key does not allow 127\.0\.0\.1$/);
    // Another key lets it in, and out again.
    const list = [{ source: status === 200 ? "203.0.113.7" : "127.0.0.1" }];
    assert.equal((await own("PATCH", path, { ipAccessList: list })).status, 200);
    assert.equal((await ask(authorization, "GET", "/services")).status, status === 200 ? 403 : 200, source);
  }
  const itself = await create({});
  const refused = await ask(itself.authorization, "PATCH", itself.path, { ipAccessList: [{ source: "203.0.113.7" }] });
  assert.equal(refused.status, 409, "a key does not shut itself out");
});

test("disabled, expired and deleted keys are a 401", async (t) => {
  const { ask, own, create, advance } = await served(t);
  const { path, authorization } = await create({ expireAt: new Date(Date.now() + 3_600_000).toISOString() });
  const status = async () => (await ask(authorization, "GET", "/services")).status;
  assert.equal(await status(), 200);
  assert.equal((await own("PATCH", path, { state: "disabled" })).status, 200);
  assert.equal(await status(), 401);
  assert.equal((await own("PATCH", path, { state: "enabled" })).status, 200);
  assert.equal(await status(), 200);
  await advance(2 * 3_600_000);
  const expired = await ask(authorization, "GET", "/services");
  assert.deepEqual([expired.status, Object.keys(expired.body)], [401, ["status", "error", "requestId"]]);
  assert.match(expired.body.error, /^UNAUTHORIZED: /);
  assert.equal((await own("PATCH", path, { expireAt: null })).status, 200);
  assert.equal(await status(), 200, "a key without an end");
  for (const [method, body] of /** @type {[string, unknown][]} */ ([
    ["PATCH", { state: "disabled" }],
    ["DELETE", undefined],
  ])) {
    assert.equal((await ask(authorization, method, path, body)).status, 409, `a key does not ${method} itself`);
  }
  assert.equal((await own("DELETE", path)).status, 200);
  assert.equal(await status(), 401);
  assert.equal((await own("GET", path)).status, 404);
});

test("the last admin stays", async (t) => {
  const { own } = await served(t);
  const { body } = await own("GET", "/members");
  const admins = body.result.filter((/** @type {any} */ member) => member.role === "admin");
  assert.equal(admins.length, 1);
  const path = `/members/${admins[0].userId}`;
  for (const [method, change] of /** @type {[string, unknown][]} */ ([
    ["PATCH", { role: "developer" }],
    ["PATCH", { assignedRoleIds: [] }],
    ["DELETE", undefined],
  ])) {
    const refused = await own(method, path, change);
    assert.equal(refused.status, 409, JSON.stringify(refused.body));
    assert.match(refused.body.error, /^CONFLICT: The last admin of an organization can be neither removed nor demoted\.$/);
  }
  const other = body.result.find((/** @type {any} */ member) => member.role === "developer");
  assert.equal((await own("PATCH", `/members/${other.userId}`, { role: "admin" })).status, 200);
  assert.equal((await own("PATCH", path, { role: "developer" })).status, 200, "there is another one now");
  assert.equal((await own("DELETE", `/members/${other.userId}`)).status, 409);
});

test("a custom role permits what its policies allow, and nothing else", async (t) => {
  const { ask, own, create, advance } = await served(t);
  const [one, two] = await Promise.all(
    ["one", "two"].map(async (name) => (await own("POST", "/services", { ...SERVICE, name })).body.result.service.id),
  );
  await advance(600_000);
  const policy = (/** @type {string} */ allowDeny, /** @type {string[]} */ permissions, /** @type {string[]} */ resources) => ({
    allowDeny,
    permissions,
    resources,
  });
  const role = async (/** @type {object[]} */ ...policies) =>
    (await own("POST", "/roles", { name: "custom", actors: [], policies })).body.result.id;
  const both = await role(policy("ALLOW", [VIEW, SCALE], ["instance/*"]));
  const { path, authorization } = await create({ assignedRoleIds: [both] });
  const names = async () => {
    const { body } = await ask(authorization, "GET", "/services");
    return body.result.map((/** @type {any} */ service) => service.name).sort();
  };
  const status = async (/** @type {[string, string, unknown?]} */ ...request) => (await ask(authorization, ...request)).status;
  const scale = { numReplicas: 2 };
  assert.deepEqual(await names(), ["one", "two"]);
  assert.equal(await status("GET", `/services/${one}`), 200);
  assert.equal(await status("PATCH", `/services/${one}/replicaScaling`, scale), 200);
  const refused = await ask(authorization, "PATCH", `/services/${one}`, { name: "other" });
  assert.equal(refused.status, 403);
  assert.match(refused.body.error, /^FORBIDDEN: the roles of the key do not have the permission control-plane:service:manage$/);
  for (const path of ["/keys", "/members", "/roles", "/postgres"]) assert.equal(await status("GET", path), 403, path);

  // A policy that denies one service counts more than one that allows all.
  const all = policy("ALLOW", [VIEW, SCALE], ["instance/*"]);
  const denying = await role(all, policy("DENY", [VIEW, SCALE], [`instance/${two}`]));
  assert.equal((await own("PATCH", path, { assignedRoleIds: [denying] })).status, 200);
  assert.deepEqual(await names(), ["one"]);
  assert.equal(await status("GET", `/services/${one}`), 200);
  for (const request of /** @type {[string, string, unknown?][]} */ ([
    ["GET", `/services/${two}`],
    ["PATCH", `/services/${two}/replicaScaling`, scale],
  ])) {
    assert.equal(await status(...request), 403, request.join(" "));
  }
  // Of another role, too, and for an admin.
  const deny = await role(policy("DENY", [SCALE], [`instance/${two}`]));
  const roles = (await own("GET", "/roles")).body.result;
  const admin = roles.find((/** @type {any} */ one) => one.name === "Admin").id;
  for (const assigned of [both, admin]) {
    assert.equal((await own("PATCH", path, { assignedRoleIds: [assigned, deny] })).status, 200);
    assert.deepEqual(await names(), ["one", "two"]);
    assert.equal(await status("PATCH", `/services/${two}/replicaScaling`, scale), 403);
    assert.equal(await status("PATCH", `/services/${one}/replicaScaling`, { numReplicas: 3 }), 200);
  }
  // A role that is deleted permits nothing any more.
  assert.equal((await own("PATCH", path, { assignedRoleIds: [both] })).status, 200);
  assert.equal((await own("DELETE", `/roles/${both}`)).status, 200);
  assert.deepEqual(await names(), []);
  assert.equal(await status("GET", `/services/${one}`), 403);
});
