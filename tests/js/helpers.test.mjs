// @ts-check
// The helpers, on the sandbox: waits and passwords. A password that the service shows only once always reaches the caller.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  CloudClient,
  ConfigurationError,
  ConflictError,
  doubleSha1Hash,
  generatePassword,
  hashPassword,
  NotFoundError,
  RateLimitError,
  RequestValidationError,
  WaitError,
} from "clickhouse-cloud";
import { Sandbox } from "clickhouse-cloud/sandbox";
import { ID, json, rejection, scripted, service, success, thrown, within } from "./support.mjs";

/** @type {import("clickhouse-cloud").CreateServiceBody} */
const body = { name: "events", provider: "aws", region: "eu-west-1", ipAccessList: [] };
const fast = () => {
  const sandbox = new Sandbox({ timeScale: 400, rateLimit: false });
  return { sandbox, cloud: new CloudClient(sandbox.clientOptions) };
};

test("a life on the sandbox", async () => {
  const { sandbox, cloud } = fast();
  /** @type {string[]} */
  const states = [];
  // A loaded machine must not see it go idle: it takes passwords while it runs.
  const created = await cloud.services.createAndWait({ ...body, idleScaling: false }, { onProgress: ({ state }) => states.push(state) });
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
  assert.deepEqual(await cloud.services.stopAndDelete(id), { found: true });
  assert.deepEqual(await cloud.services.stopAndDelete(id), { found: false });
  assert.ok((await rejection(cloud.services.get(id))) instanceof NotFoundError);
  assert.ok(!sandbox.ledger().some(({ status }) => status >= 500));
});

test("a wait that ends tells why", async () => {
  const { cloud } = fast();
  const {
    service: { id },
  } = await cloud.services.create(body);
  const error = await rejection(cloud.services.waitFor(id, "running", { timeoutMs: 2_000 }));
  assert.ok(error instanceof WaitError);
  assert.deepEqual([error.reason, error.lastState], ["deadline", "provisioning"]);
  assert.ok(error.elapsedMs >= 2_000);
});

/**
 * A clock that jumps, so that no test waits.
 *
 * @param {number} [hangs] timers from so many milliseconds on never fire
 */
function jumping(hangs = 30_000) {
  let now = 0;
  const sleep = (/** @type {number} */ ms) => new Promise((resolve) => setTimeout(() => resolve((now += ms)), 0));
  const clock = {
    now: () => now,
    sleep: (/** @type {number} */ ms) => (ms >= hangs ? new Promise(() => {}) : sleep(ms)),
  };
  return { clock, now: () => now, jump: (/** @type {number} */ ms) => void (now += ms) };
}
const page = () => new Response("<html><title>404 Not Found</title></html>", { status: 404, headers: { "content-type": "text/html" } });
const notFound = () => json({ status: 404, error: "NOT_FOUND: no such service", requestId: "r-1" }, { status: 404 });

test("a 404 page on every path is an error, not a deletion", async () => {
  for (const answer of [page, () => json({ message: "no Route matched" }, { status: 404 }), notFound]) {
    const { cloud, calls } = scripted([answer], { clock: jumping().clock });
    const error = await within(rejection(cloud.services.stopAndDelete(ID)));
    assert.ok(error instanceof WaitError, String(error));
    assert.equal(error.reason, "refused");
    assert.match(error.message, /^services\.stopAndDelete: a 404 .* proves nothing.*baseUrl/);
    assert.ok(error.cause instanceof NotFoundError);
    assert.ok(calls.every(({ init }) => init.method === "GET"));
  }
});

test("what is not in the list either was not found", async () => {
  const { cloud, calls } = scripted([(/** @type {string} */ url) => (url.endsWith("/services") ? success([]) : notFound())]);
  assert.deepEqual(await within(cloud.services.stopAndDelete(ID)), { found: false });
  assert.ok(calls.some(({ url }) => url.endsWith("/services")));
});

test("a refusal is told, quoted, and the cause", async () => {
  const text = "CONFLICT: backups are running";
  const { clock } = jumping();
  const { cloud } = scripted(
    [
      (/** @type {string} */ _, /** @type {any} */ { method }) =>
        method === "GET"
          ? success({ ...service, state: "stopped" })
          : json({ status: 409, error: text, requestId: "r-1" }, { status: 409 }),
    ],
    { clock },
  );
  /** @type {import("clickhouse-cloud").Progress[]} */
  const seen = [];
  const error = await within(rejection(cloud.services.stopAndDelete(ID, { onProgress: (progress) => seen.push(progress) })), 5_000);
  assert.ok(error instanceof WaitError);
  assert.deepEqual([error.reason, error.lastState], ["refused", "stopped"]);
  assert.ok(error.elapsedMs >= 120_000 && error.elapsedMs < 150_000, String(error.elapsedMs));
  assert.ok(error.message.includes(text));
  assert.ok(error.cause instanceof ConflictError);
  assert.equal(error.cause.operation, "services.delete");
  assert.deepEqual(seen.at(-1)?.refusal, { status: 409, code: "CONFLICT", message: text });
  assert.ok(!("refusal" in (seen[0] ?? {})));
  assert.ok(!Object.keys(error).includes("cause"));
});

test("an outage is waited out, and shown", async () => {
  const time = jumping();
  const { cloud } = scripted(
    [
      () => {
        if (time.now() > 60_000 && time.now() < 150_000) return new Response("x", { status: 503 });
        return success({ ...service, state: time.now() > 300_000 ? "running" : "provisioning" });
      },
    ],
    { clock: time.clock },
  );
  /** @type {any[]} */
  const faults = [];
  const running = await within(
    cloud.services.waitFor(ID, "running", {
      onProgress: ({ fault }) => {
        if (fault) faults.push(fault);
      },
    }),
    5_000,
  );
  assert.equal(running.state, "running");
  assert.ok(faults.length > 5);
  assert.deepEqual(faults[0], { status: 503, fault: undefined, message: faults[0].message });
  assert.match(faults[0].message, /^services\.get: 503 /);
});

test("hours in a frozen tab end a wait after one last look", async () => {
  for (const state of ["provisioning", "running"]) {
    const time = jumping(10_000);
    const { cloud, calls } = scripted(
      [
        () => {
          if (calls.length === 3) time.jump(5 * 3_600_000);
          return success({ ...service, state: calls.length > 3 ? state : "provisioning" });
        },
      ],
      { clock: time.clock },
    );
    const wait = cloud.services.waitFor(ID, "running");
    if (state === "running") assert.equal((await within(wait)).state, "running");
    else assert.equal((await within(rejection(wait))).reason, "deadline");
    assert.equal(calls.length, 4);
  }
});

test("a created service that fell asleep meanwhile is a success", async () => {
  const sandbox = new Sandbox({ seed: 3, timeScale: 1_000, rateLimit: false });
  const cloud = new CloudClient(sandbox.clientOptions);
  let once = true;
  const created = await cloud.services.createAndWait(
    { ...body, idleTimeoutMinutes: 5 },
    {
      onProgress() {
        if (once) sandbox.advance(20 * 60_000);
        once = false;
      },
    },
  );
  assert.equal(created.service.state, "idle");
});

test("a misspelt state is refused with the known one", async () => {
  const { cloud, calls } = scripted([success(service)]);
  for (const [given, meant] of [
    ["Running", "running"],
    ["partially-running", "partially_running"],
    ["stoped", "stopped"],
  ]) {
    const error = await rejection(cloud.services.waitFor(ID, /** @type {any} */ (given)));
    assert.ok(error instanceof ConfigurationError);
    assert.equal(error.message, `services.waitFor: there is no state "${given}": did you mean "${meant}"?`);
  }
  assert.equal(calls.length, 0);
});

test("a version at the end of baseUrl is removed", async () => {
  for (const end of ["", "/", "/v1", "/v1/", "//v1//", "/api/v1"]) {
    const { cloud, calls } = scripted([success([])], { baseUrl: `https://cloud.test${end}` });
    await cloud.services.list();
    const path = end.startsWith("/api") ? "/api/v1" : "/v1";
    assert.equal(calls[0]?.url, `https://cloud.test${path}/organizations/${ID}/services`, end);
  }
  const { cloud, calls } = scripted([success([])], { baseUrl: "https://cloud.test/apiv1" });
  await cloud.services.list();
  assert.ok(calls[0]?.url.startsWith("https://cloud.test/apiv1/v1/"));
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

test("after its deadline a creation is not sent, neither from the limiter's queue nor after a 429", async () => {
  const one = { rateLimit: { requests: 1, perMs: 60_000 } };
  const queued = scripted([success([]), success({ service, password: "shown once" })], one);
  await queued.cloud.services.list();
  const late = await within(rejection(queued.cloud.services.createAndWait(body, { timeoutMs: 30 })));
  assert.ok(late instanceof WaitError && late.reason === "deadline" && late.created === undefined, late);
  assert.match(late.message, /^services\.createAndWait: not sent within \d+ ms; wait again or raise timeoutMs$/);
  assert.equal(queued.calls.length, 1);

  const refused = scripted([json({}, { status: 429, headers: { "x-ratelimit-reset": "5" } })], { retryBudgetMs: 60_000 });
  const limited = await within(rejection(refused.cloud.services.createAndWait(body, { timeoutMs: 30 })));
  assert.ok(limited instanceof RateLimitError && !limited.ambiguous, limited);
  assert.equal(refused.calls.length, 1);
});

test("what a creation has spent is not given to its wait", async () => {
  let now = 0;
  // The timeout of an attempt never comes.
  const sleep = async (/** @type {number} */ ms) => (ms < 30_000 ? void (now += ms) : new Promise(() => {}));
  const script = [json({}, { status: 429, headers: { "x-ratelimit-reset": "20" } }), success({ service, password: "shown once" })];
  const { cloud } = scripted([...script, success({ ...service, state: "provisioning" })], {
    clock: { now: () => now, sleep },
    retryBudgetMs: 60_000,
  });
  const error = await within(rejection(cloud.services.createAndWait(body, { timeoutMs: 29_000 })));
  assert.ok(error instanceof WaitError && error.reason === "deadline" && error.created?.password === "shown once", error);
  assert.ok(now >= 29_000 && now < 40_000, `${now}`);
});

test("what onProgress throws ends the wait and goes back as it is", async () => {
  const { cloud, calls } = scripted([success({ ...service, state: "provisioning" })]);
  const mine = new Error("enough");
  assert.equal(
    await rejection(
      cloud.services.waitFor(ID, "running", {
        onProgress() {
          throw mine;
        },
      }),
    ),
    mine,
  );
  assert.equal(calls.length, 1);
  const progress = await rejection(
    cloud.services.waitFor(ID, "running", {
      onProgress(progress) {
        throw progress;
      },
    }),
  );
  assert.deepEqual(progress, { state: "provisioning", previousState: undefined, elapsedMs: progress.elapsedMs, attempt: 1 });
});

test("hashes", () => {
  assert.equal(hashPassword(""), "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
  assert.equal(hashPassword(new Uint8Array([97, 98, 99])), "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=");
  assert.equal(hashPassword("ü"), hashPassword(new TextEncoder().encode("ü")));
  assert.equal(hashPassword("\uD800"), hashPassword("\uFFFD"), "as a TextEncoder has it");
  assert.equal(doubleSha1Hash("yourpassword"), "d4cecba84f0a507325cd8aa82fcde04ea8be56b0");
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
  const failing = () => {
    throw own;
  };
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
  assert.deepEqual(JSON.parse(calls[0]?.init.body), {
    newPasswordHash: hashPassword("the password"),
    newDoubleSha1Hash: doubleSha1Hash("the password"),
  });
});

test("generated passwords", () => {
  assert.equal(generatePassword().length, 24);
  assert.equal(generatePassword({}).length, 24);
  for (const length of [12, 13, 1_024]) {
    const password = generatePassword({ length });
    assert.equal(password.length, length);
    for (const kind of [/[a-z]/, /[A-Z]/, /\d/, /[^A-Za-z0-9]/]) assert.match(password, kind);
  }
  for (const options of [
    { length: 11 },
    { length: 0 },
    { length: -1 },
    { length: 12.5 },
    { length: NaN },
    { length: 1_025 },
    { length: "24" },
    { lenght: 24 },
    24,
  ]) {
    assert.ok(thrown(() => generatePassword(/** @type {any} */ (options))) instanceof ConfigurationError, JSON.stringify(options));
  }
});

test("the organization is looked up once", async () => {
  const { cloud, calls } = scripted([success([{ id: ID }]), success([])], { organizationId: undefined });
  await Promise.all([cloud.services.list(), cloud.services.list(), cloud.services.list()]);
  assert.deepEqual(
    calls.map(({ url }) => url.endsWith("/v1/organizations")),
    [true, false, false, false],
  );
});

test("an own clock is used for waits and timeouts", async () => {
  /** @type {number[]} */
  const slept = [];
  let now = 0;
  const clock = {
    now: () => now,
    /** @param {number} ms @param {AbortSignal} signal */
    sleep: (ms, signal) =>
      new Promise((resolve) => {
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
