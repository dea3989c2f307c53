// @ts-check
// The helpers, on the sandbox: waits, passwords, and what must not get lost.
import assert from "node:assert/strict";
import { test } from "node:test";
import { CloudClient, ConfigurationError, doubleSha1Hash, generatePassword, hashPassword, NotFoundError, RequestValidationError, WaitError } from "clickhouse-cloud";
import { Sandbox } from "clickhouse-cloud/sandbox";
import { ID, json, rejection, scripted, service, success, thrown, within } from "./support.mjs";

/** @type {import("clickhouse-cloud").CreateServiceBody} */
const body = { name: "events", provider: "aws", region: "eu-west-1", ipAccessList: [] };
const fast = () => {
  const sandbox = new Sandbox({ timeScale: 2_000, rateLimit: false });
  return { sandbox, cloud: new CloudClient(sandbox.clientOptions) };
};

test("a life on the sandbox", async () => {
  const { sandbox, cloud } = fast();
  /** @type {string[]} */
  const states = [];
  const created = await cloud.services.createAndWait(body, { onProgress: ({ state }) => states.push(state) });
  const { id } = created.service;
  assert.equal(created.service.state, "running");
  assert.ok(sandbox.verifyPassword(id, created.password));
  assert.equal(states[0], "provisioning");
  assert.equal(await cloud.services.setPassword(id, "correct horse battery staple"), undefined);
  assert.ok(sandbox.verifyPassword(id, "correct horse battery staple"));
  await cloud.services.setPassword(id, new TextEncoder().encode("bytes"));
  assert.ok(sandbox.verifyPassword(id, "bytes"));
  const { password } = await cloud.services.resetPassword(id);
  assert.ok(sandbox.verifyPassword(id, password));
  await cloud.services.stop(id);
  await cloud.services.waitFor(id, ["stopped"]);
  assert.ok((await rejection(cloud.services.ensureRunning(id))) instanceof WaitError);
  assert.equal((await cloud.services.ensureRunning(id, { start: true })).state, "running");
  assert.equal(await cloud.services.stopAndDelete(id), undefined);
  assert.ok((await rejection(cloud.services.get(id))) instanceof NotFoundError);
  assert.ok(!sandbox.ledger().some(({ status }) => status >= 500));
});

test("a wait that ends tells why", async () => {
  const { cloud } = fast();
  const { service: { id } } = await cloud.services.create(body);
  const error = await rejection(cloud.services.waitFor(id, "running", { timeoutMs: 2_000 }));
  assert.ok(error instanceof WaitError);
  assert.deepEqual([error.reason, error.lastState], ["deadline", "provisioning"]);
  assert.ok(error.elapsedMs >= 2_000);
});

test("the password of a creation is not lost when the wait fails", async () => {
  for (const [name, options, script] of /** @type {[string, any, any[]][]} */ ([
    ["deadline", { timeoutMs: 30 }, [success({ ...service, state: "provisioning" })]],
    ["failed", {}, [success({ ...service, state: "failed" })]],
    ["refused", {}, [json({}, { status: 403 })]],
  ])) {
    const { cloud } = scripted([success({ service, password: "shown once" }), ...script]);
    const error = await within(rejection(cloud.services.createAndWait(body, options)));
    assert.equal(error.created?.password, "shown once", name);
    assert.equal(error.created?.service.id, ID);
    assert.ok(!JSON.stringify(error).includes("shown once"));
  }
});

test("what onProgress throws ends the wait and goes back as it is", async () => {
  const { cloud, calls } = scripted([success({ ...service, state: "provisioning" })]);
  const mine = new Error("enough");
  assert.equal(await rejection(cloud.services.waitFor(ID, "running", { onProgress() { throw mine; } })), mine);
  assert.equal(calls.length, 1);
  const progress = await rejection(cloud.services.waitFor(ID, "running", { onProgress(progress) { throw progress; } }));
  assert.deepEqual(progress, { state: "provisioning", previousState: undefined, elapsedMs: progress.elapsedMs, attempt: 1 });
});

test("hashes", () => {
  assert.equal(hashPassword(""), "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
  assert.equal(hashPassword(new Uint8Array([97, 98, 99])), "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=");
  assert.equal(hashPassword("ü"), hashPassword(new TextEncoder().encode("ü")));
  assert.equal(hashPassword("\uD800"), hashPassword("\uFFFD"), "as a TextEncoder has it");
  assert.equal(doubleSha1Hash("password"), "JHDAwG3uQv0WGLuZAFrcouydHhk=");
  for (const value of [undefined, null, 7, {}, [1], new ArrayBuffer(1)]) {
    assert.ok(thrown(() => hashPassword(/** @type {any} */ (value))) instanceof ConfigurationError);
    assert.ok(thrown(() => doubleSha1Hash(/** @type {any} */ (value))) instanceof ConfigurationError);
  }
});

test("who creates and waits is told of the creation first, and keeps it when the wait is aborted", async () => {
  const controller = new AbortController();
  const creation = { service: { ...service, state: "provisioning" }, password: "PLANTED-new" };
  const { cloud } = scripted([() => success(creation), () => success(creation.service)]);
  /** @type {unknown[]} */
  const told = [];
  const onCreated = (/** @type {unknown} */ created) => void told.push(created);
  const onProgress = () => controller.abort("enough");
  assert.equal(await rejection(cloud.services.createAndWait(body, { onCreated, onProgress, signal: controller.signal })), "enough");
  assert.deepEqual(told, [creation]);

  const own = new Error("the disk is full");
  const failing = () => { throw own; };
  assert.equal(await rejection(scripted([() => success(creation)]).cloud.services.createAndWait(body, { onCreated: failing })), own);
  assert.ok((await rejection(cloud.services.waitFor(ID, "running", /** @type {any} */ ({ onCreated })))) instanceof ConfigurationError);
});

test("who creates and waits may free the client meanwhile", async () => {
  const creation = { service: { ...service, state: "provisioning" }, password: "shown once" };
  const { cloud } = scripted([() => success(creation), () => success(service)]);
  const created = await cloud.services.createAndWait(body, { onCreated: () => cloud.free() });
  assert.deepEqual(created, { service, password: "shown once" });
});

test("a password that is none is refused before anything is sent", async () => {
  const { cloud, calls } = scripted([success({})]);
  for (const value of ["", undefined, null, 7, new Uint8Array()]) {
    assert.ok((await rejection(cloud.services.setPassword(ID, /** @type {any} */ (value)))) instanceof RequestValidationError);
  }
  assert.equal(calls.length, 0);
  await cloud.services.setPassword(ID, "the password");
  assert.deepEqual(JSON.parse(calls[0]?.init.body), { newPasswordHash: hashPassword("the password") });
});

test("generated passwords", () => {
  assert.equal(generatePassword().length, 24);
  assert.equal(generatePassword({}).length, 24);
  for (const length of [12, 13, 1_024]) {
    const password = generatePassword({ length });
    assert.equal(password.length, length);
    for (const kind of [/[a-z]/, /[A-Z]/, /\d/, /[^A-Za-z0-9]/]) assert.match(password, kind);
  }
  for (const options of [{ length: 11 }, { length: 0 }, { length: -1 }, { length: 12.5 }, { length: NaN }, { length: 1_025 }, { length: "24" }, { lenght: 24 }, 24]) {
    assert.ok(thrown(() => generatePassword(/** @type {any} */ (options))) instanceof ConfigurationError, JSON.stringify(options));
  }
});

test("the organization is looked up once", async () => {
  const { cloud, calls } = scripted([success([{ id: ID }]), success([])], { organizationId: undefined });
  await Promise.all([cloud.services.list(), cloud.services.list(), cloud.services.list()]);
  assert.deepEqual(calls.map(({ url }) => url.endsWith("/v1/organizations")), [true, false, false, false]);
});

test("an own clock is used for waits and timeouts", async () => {
  /** @type {number[]} */
  const slept = [];
  let now = 0;
  const clock = {
    now: () => now,
    /** @param {number} ms @param {AbortSignal} signal */
    sleep: (ms, signal) => new Promise((resolve) => {
      if (ms >= 30_000) return signal.addEventListener("abort", () => resolve(undefined));
      slept.push(ms);
      now += ms;
      resolve(undefined);
    }),
  };
  const states = ["provisioning", "provisioning", "provisioning", "running"];
  const { cloud } = scripted([() => success({ ...service, state: states.shift() })], { clock });
  await within(cloud.services.waitFor(ID, "running"));
  assert.deepEqual(slept, [1_000, 1_500, 2_250]);
});
