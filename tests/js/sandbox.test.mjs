// @ts-check
// The class Sandbox: faults by name, injections, and control of its time and state.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { CloudClient, ConfigurationError } from "clickhouse-cloud";
import { Sandbox } from "clickhouse-cloud/sandbox";

/** @type {import("clickhouse-cloud").CreateServiceBody} */
// It does not go idle, however loaded the machine is: it takes passwords while it runs.
const BODY = { name: "events", provider: "aws", region: "eu-west-1", ipAccessList: [], idleScaling: false };
const SERVICES = "/v1/organizations/{organizationId}/services";
const SERVICE = `${SERVICES}/{serviceId}`;

/** @param {ConstructorParameters<typeof Sandbox>[0]} [options] */
function made(options) {
  const sandbox = new Sandbox({ timeScale: 2_000, rateLimit: false, ...options });
  return { sandbox, cloud: new CloudClient({ ...sandbox.clientOptions, logLevel: "off" }) };
}

test("every fault is told in a sentence", () => {
  const faults = Sandbox.faults();
  assert.equal(new Set(faults.map(({ name }) => name)).size, faults.length);
  for (const { name, description } of faults) {
    assert.match(name, /^[a-z]+(-[a-z]+)*$/);
    assert.match(description, /\w+ \w+ \w+/);
  }
});

test("docs/sandbox.md has every fault, as it is described here", () => {
  const page = readFileSync(new URL("../../docs/sandbox.md", import.meta.url), "utf8");
  const [section] = page.split("\n## Faults\n")[1].split("\n## ");
  const rows = [...section.matchAll(/^\| `([a-z-]+)` +\| (.*?) +\|$/gm)].map(([, name, description]) => ({ name, description }));
  assert.deepEqual(rows, Sandbox.faults());
});

test("options of faults are checked, and the nearest name is told", () => {
  /** @type {[any, string][]} */
  const wrong = [
    [{ "drop-afer": 0.1 }, "new Sandbox: faults: unknown fault drop-afer: did you mean drop-after?"],
    [{ slow: 1.5 }, "new Sandbox: faults: slow must be a number from 0 to 1, received 1.5"],
    [{ slow: -0.1 }, "new Sandbox: faults: slow must be a number from 0 to 1, received -0.1"],
    [{ slow: "often" }, "new Sandbox: faults: slow must be a number from 0 to 1, received a value of type string"],
    [{ slow: null }, "new Sandbox: faults: slow must be a number from 0 to 1, received null"],
    [[], "new Sandbox: faults must be an object of names and probabilities, received an array"],
    ["slow", "new Sandbox: faults must be an object of names and probabilities, received a value of type string"],
  ];
  for (const [faults, message] of wrong) {
    assert.throws(
      () => new Sandbox({ faults }),
      (error) => error instanceof ConfigurationError && error.message === message,
    );
  }
  for (const faults of [undefined, {}, { slow: undefined }, { slow: 0 }, { slow: 1 }]) new Sandbox({ faults });
});

test("faults come as likely as asked, and the ledger tells which", async () => {
  const { sandbox } = made({ faults: { "server-error": 1 } });
  const { keyId, keySecret, organizationId } = sandbox.clientOptions;
  const headers = { authorization: `Basic ${btoa(`${keyId}:${keySecret}`)}` };
  const answer = await sandbox.fetch(`https://x/v1/organizations/${organizationId}/services`, { headers });
  assert.equal(answer.status, 500);
  const [entry] = sandbox.ledger();
  assert.deepEqual([entry.fault, entry.status, entry.change], ["server-error", 500, undefined]);
});

test("the ledger has the bodies of changes, without passwords", async () => {
  const { sandbox, cloud } = made();
  const { service, password } = await cloud.services.create(BODY);
  await cloud.services.waitFor(service.id, "running");
  await cloud.services.setPassword(service.id, "correct horse");
  await cloud.services.list();
  const text = JSON.stringify(sandbox.ledger());
  assert.ok(!text.includes(password) && !text.includes("correct horse"));
  const bodies = sandbox
    .ledger()
    .filter(({ change }) => change !== undefined)
    .map(({ body }) => body);
  assert.deepEqual(bodies, [BODY, { newPasswordHash: "[secret]", newDoubleSha1Hash: "[secret]" }]);
  assert.equal(sandbox.ledger().at(-1)?.body, undefined);
});

test("what befalls a service is injected like any fault", async () => {
  const { sandbox, cloud } = made({ timeScale: 1 });
  sandbox.inject({ fault: "failed" });
  const { service } = await cloud.services.create(BODY);
  sandbox.advance(180_000);
  assert.equal((await cloud.services.get(service.id)).state, "failed");
  assert.equal(sandbox.ledger()[0].change, `${service.id} created; failed`);
});

test("an organization has no more services than it may", async () => {
  const { cloud } = made({ maxServices: 2 });
  for (let made = 0; made < 2; made += 1) await cloud.services.create(BODY);
  await assert.rejects(cloud.services.create(BODY), { name: "BadRequestError", status: 400 });
  for (const maxServices of [0, 1.5, "2"]) {
    assert.throws(() => new Sandbox({ maxServices: /** @type {any} */ (maxServices) }), ConfigurationError);
  }
});

test("an injected fault meets the request that it names", async () => {
  const { sandbox, cloud } = made();
  const { service } = await cloud.services.create(BODY);
  sandbox.inject({ fault: "drop-after", method: "PATCH", path: SERVICE });
  await assert.rejects(cloud.services.update(service.id, { name: "renamed" }), { name: "ConnectionError", ambiguous: true });
  assert.equal((await cloud.services.get(service.id)).name, "renamed");
  sandbox.inject({ fault: "unknown-property", times: 2 });
  for (const unknown of [true, true, false]) {
    const names = Object.keys(await cloud.services.get(service.id));
    assert.equal(
      names.some((name) => /future/i.test(name)),
      unknown,
    );
  }
  sandbox.inject({ fault: "stale-read", path: SERVICE.replace("{serviceId}", service.id) });
  const met = sandbox.ledger().map(({ fault, status }) => [fault, status]);
  assert.deepEqual(met, [
    [undefined, 200],
    ["drop-after", 0],
    [undefined, 200],
    ["unknown-property", 200],
    ["unknown-property", 200],
    [undefined, 200],
  ]);
});

test("an injection that can meet nothing is refused", () => {
  const { sandbox } = made();
  /** @type {[any, RegExp][]} */
  const wrong = [
    [undefined, /^sandbox\.inject: fault must be a name/],
    [{ fault: "slo" }, /^sandbox\.inject: unknown fault slo: did you mean slow\?/],
    [{ fault: "slow", tiems: 2 }, /^sandbox\.inject: unknown option tiems: did you mean times\?/],
    [{ fault: "slow", times: 0 }, /times must be/],
    [{ fault: "slow", times: 1.5 }, /times must be a whole number of at least 1/],
    [{ fault: "slow", method: "get" }, /method must be GET, POST, PUT, PATCH or DELETE/],
    [{ fault: "slow", method: "PUT", path: SERVICES }, /method must be one of the path's: GET, POST/],
    [{ fault: "slow", path: "/v1/servces" }, /path must be one of the contract's paths, not \/v1\/servces/],
    [{ fault: "stale-read", method: "POST" }, /fault stale-read never meets such a request/],
  ];
  for (const [injection, message] of wrong) {
    assert.throws(
      () => sandbox.inject(injection),
      (error) => error instanceof ConfigurationError && message.test(error.message),
      String(message),
    );
  }
});

test("a slow answer comes when virtual time is advanced", async () => {
  const { sandbox, cloud } = made({ timeScale: 1 });
  sandbox.inject({ fault: "slow" });
  const asked = cloud.services.list();
  while (sandbox.ledger().length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  // Less than the client's timeout at a time, which passes on the same clock.
  for (let turn = 0; turn < 3; turn += 1) {
    sandbox.advance(20_000);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await asked;
  assert.equal(sandbox.ledger()[0].fault, "slow");
});

test("the state shows what there is, past all faults", async () => {
  const { sandbox, cloud } = made({ timeScale: 1 });
  const { service } = await cloud.services.create(BODY);
  sandbox.inject({ fault: "server-error", times: 100 });
  assert.deepEqual(
    sandbox.state().services.map(({ id, state }) => [id, state]),
    [[service.id, "provisioning"]],
  );
  const { now } = sandbox.state();
  sandbox.advance(180_000);
  assert.ok(sandbox.state().now >= now + 180_000);
  assert.equal(sandbox.state().services[0].state, "running");
  assert.equal(sandbox.state().organization.id, sandbox.clientOptions.organizationId);
});

test("a snapshot is plain JSON, and another sandbox goes on from it", async () => {
  const { sandbox, cloud } = made({ timeScale: 1 });
  const { service, password } = await cloud.services.create(BODY);
  const text = JSON.stringify(sandbox.snapshot());
  assert.ok(!text.includes(password));
  sandbox.advance(86_400_000);
  const other = made({ timeScale: 1, seed: 2 });
  for (const world of [sandbox, other.sandbox]) {
    world.restore(JSON.parse(text));
    assert.equal(world.state().services[0].state, "provisioning");
    assert.ok(world.verifyPassword(service.id, password));
  }
  // The same draws from here on.
  const [one, two] = await Promise.all([cloud, other.cloud].map((client) => client.services.create(BODY)));
  assert.deepEqual([one.service.id, one.password], [two.service.id, two.password]);
});

test("what is no snapshot is refused, and changes nothing", async () => {
  const { sandbox, cloud } = made();
  await cloud.services.create(BODY);
  const whole = sandbox.snapshot();
  /** @type {any} */
  const circular = {};
  circular.self = circular;
  for (const wrong of [undefined, null, {}, "x", 1, circular, { ...whole, snapshot: 1 }, { ...whole, now: 1e300 }]) {
    assert.throws(
      () => sandbox.restore(/** @type {any} */ (wrong)),
      (error) => error instanceof ConfigurationError && error.message.startsWith("sandbox.restore: the snapshot "),
    );
  }
  assert.equal(sandbox.state().services.length, 1);
});

test("only time that passes is advanced", () => {
  const { sandbox } = made();
  for (const ms of [-1, Number.NaN, Infinity]) assert.throws(() => sandbox.advance(ms), ConfigurationError);
});

test("more keys open more organizations", async () => {
  const other = "5a9db0c5-2222-4000-8000-000000000002";
  const { sandbox, cloud } = made({
    keys: [
      { keyId: "second", keySecret: "s", organizationId: other },
      { keyId: "third", keySecret: "t" },
    ],
  });
  const options = { ...sandbox.clientOptions, logLevel: /** @type {const} */ ("off") };
  const second = new CloudClient({ ...options, keyId: "second", keySecret: "s", organizationId: other });
  const third = new CloudClient({ ...options, keyId: "third", keySecret: "t" });
  await second.services.create({ ...BODY, name: "theirs" });
  await third.services.create({ ...BODY, name: "ours" });
  assert.deepEqual(
    (await cloud.services.list()).map(({ name }) => name),
    ["ours"],
  );
  const { services, others } = sandbox.state();
  assert.deepEqual([services.length, others[0].organization.id, others[0].services[0].name], [1, other, "theirs"]);
  const snapshot = sandbox.snapshot();
  assert.throws(() => new Sandbox().restore(snapshot), /the snapshot has 2 organizations, this sandbox 1$/);
  /** @type {[any, RegExp][]} */
  const wrong = [
    ["x", /keys must be an array/],
    [[{}], /keys must have a keyId and a keySecret/],
    [[{ keyId: "a", keySecret: "b", organizationID: other }], /unknown option organizationID: did you mean organizationId\?/],
    [[{ keyId: "a", keySecret: "b", organizationId: "mine" }], /keys must be keys of organizations that are UUIDs/],
    [[{ keyId: "sandbox-key-id", keySecret: "b" }], /keys must be keys of different ids/],
  ];
  for (const [keys, message] of wrong) assert.throws(() => new Sandbox({ keys }), message);
});

test("bytes that are no UTF-8 are refused", async () => {
  const { sandbox } = made();
  const { keyId, keySecret, organizationId } = sandbox.clientOptions;
  const headers = { authorization: `Basic ${btoa(`${keyId}:${keySecret}`)}` };
  const body = Buffer.from(JSON.stringify({ ...BODY, name: "caf\xe9" }), "latin1");
  const answer = await sandbox.fetch(`https://x/v1/organizations/${organizationId}/services`, { method: "POST", headers, body });
  assert.equal(answer.status, 400);
  assert.match((await answer.json()).error, /^BAD_REQUEST: body: expected JSON in UTF-8/);
});

test("it goes by a Date that a test has put in place of the host's, and never backwards", (t) => {
  const { sandbox } = made({ timeScale: 1 });
  const before = sandbox.state().now;
  t.mock.timers.enable({ apis: ["Date"], now: 1_000 });
  const faked = sandbox.state().now;
  assert.ok(faked >= before);
  assert.equal(sandbox.state().now, faked);
  t.mock.timers.tick(5_000);
  assert.equal(sandbox.state().now, faked + 5_000);
  assert.equal(new Sandbox().state().now, 6_000);
  t.mock.timers.reset();
  const after = sandbox.state().now;
  assert.ok(after >= faked + 5_000 && after < faked + 65_000);
});

test("a response is made of bytes of its own, for engines that read them later", async () => {
  const Real = globalThis.Response;
  /** @type {unknown[]} */
  const given = [];
  // As WebKit does, it takes the bytes without a copy. tests/engines has the real one.
  globalThis.Response = class extends Real {
    /** @param {any} [body] @param {ResponseInit} [init] */
    constructor(body, init) {
      given.push(body);
      super(body, init);
    }
  };
  try {
    const { cloud } = made();
    const { service } = await cloud.services.create(BODY);
    const kept = given.filter((body) => body instanceof Uint8Array);
    for (let count = 0; count < 20; count++) await cloud.services.list();
    assert.ok(kept.length > 0);
    for (const body of kept) {
      assert.equal(body.buffer.byteLength, body.length, "it is a view of more than itself");
      assert.equal(JSON.parse(new TextDecoder().decode(body)).result.service.id, service.id);
    }
  } finally {
    globalThis.Response = Real;
  }
});

test("the time of a sandbox changes its speed, stands still, and goes on", async () => {
  const sandbox = new Sandbox({ timeScale: 1000, rateLimit: false });
  const { clock } = sandbox.clientOptions;
  const woken = clock.sleep(60_000, new AbortController().signal);
  sandbox.timeScale = 0;
  assert.equal(sandbox.timeScale, 0);
  const stopped = clock.now();
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.equal(clock.now(), stopped);
  // A skip moves it also then.
  sandbox.advance(5_000);
  assert.equal(clock.now(), stopped + 5_000);
  sandbox.timeScale = 100_000;
  await woken;
  assert.ok(clock.now() >= stopped + 55_000);
  for (const wrong of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
    assert.throws(() => {
      sandbox.timeScale = wrong;
    }, /sandbox\.timeScale must be a number of at least 0/);
  }
  assert.equal(sandbox.timeScale, 100_000);
});

test("the probabilities of faults are those of the scenario, and can be set", async () => {
  const sandbox = new Sandbox({ scenario: "incident", rateLimit: false });
  assert.equal(sandbox.probabilities["stale-read"], 0.2);
  sandbox.probabilities = { "server-error": 1 };
  assert.deepEqual({ ...sandbox.probabilities }, { "server-error": 1 });
  const { keyId, keySecret, organizationId, fetch, baseUrl } = sandbox.clientOptions;
  const list = () =>
    fetch(`${baseUrl}/v1/organizations/${organizationId}/services`, {
      headers: { authorization: `Basic ${btoa(`${keyId}:${keySecret}`)}` },
    });
  assert.equal((await list()).status, 500);
  assert.throws(() => {
    sandbox.probabilities = /** @type {any} */ ({ "server-error": 2 });
  }, /server-error must be a number from 0 to 1/);
  sandbox.probabilities = {};
  assert.equal((await list()).status, 200);
});
