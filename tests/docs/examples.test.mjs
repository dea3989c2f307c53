// @ts-check
// The programs of examples/, as a user runs them: with the installed tarball, against the installed command, over real
// HTTP. The sandbox's state is compared in the end. lifecycle.mjs and redis-rate-limit.mjs are in tests/http.
import assert from "node:assert/strict";
import { readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { project, sandbox, start } from "../http/server.mjs";
import { file } from "../package/consumer.mjs";

/** @param {string} name */
const example = (name) => file(name, readFileSync(new URL(`../../examples/${name}`, import.meta.url), "utf8"));
const [progressBar, restore, rotate] = ["progress-bar.mjs", "restore-newest-backup.mjs", "rotate-passwords.mjs"].map(example);

/** Longer than anything takes that a service does. */
const HOUR_MS = 3_600_000;
/** Enough to come up, and not to fall asleep. */
const UP_MS = 300_000;

/**
 * A served sandbox, with functions that set it up and look into it.
 *
 * @param {import("node:test").TestContext} t
 * @param {string[]} args
 */
async function cloud(t, ...args) {
  const served = await sandbox(t, "--rate-limit", "off", ...args);
  /** @param {string} url @param {string} [method] @param {object} [body] */
  const ask = async (url, method = "GET", body) => {
    const answer = await fetch(url, { method, headers: { authorization: served.authorization }, body: body && JSON.stringify(body) });
    assert.ok(answer.ok, `${method} ${url}: ${answer.status}`);
    const text = await answer.text();
    return text === "" ? undefined : JSON.parse(text);
  };
  /** @param {string} path @param {object} [body] */
  const control = (path, body) => ask(`${served.url}/__sandbox/${path}`, body && "POST", body);
  return {
    ...served,
    control,
    /** @param {string} program @param {string[]} args_ */
    run: (program, ...args_) => start(process.execPath, [program, ...args_], { env: served.env }),
    /** @returns {Promise<{ id: string, name: string, state: string, ipAccessList: object[] }[]>} */
    services: async () => (await control("state")).services,
    /** @param {string} name @param {object} [more] @returns {Promise<string>} */
    create: async (name, more) => {
      const body = { name, provider: "aws", region: "eu-west-1", idleScaling: false, ...more };
      return (await ask(served.services, "POST", body)).result.service.id;
    },
    /** @param {string} id */
    remove: (id) => ask(`${served.services}/${id}`, "DELETE"),
    /** @param {string} id */
    stop: (id) => ask(`${served.services}/${id}/state`, "PATCH", { command: "stop" }),
    /** @param {string} id @returns {Promise<{ id: string, status: string }[]>} */
    backups: async (id) => (await ask(`${served.services}/${id}/backups`)).result,
    /** @param {string} serviceId @param {string} password @returns {Promise<boolean>} */
    verify: async (serviceId, password) => (await control("verify-password", { serviceId, password })).valid,
    /** @returns {Promise<string[]>} the changes, in order */
    changes: async () =>
      (await control("ledger")).filter((/** @type {any} */ { change }) => change).map((/** @type {any} */ { operation }) => operation),
  };
}

/** @param {string} path */
const mode = (path) => (statSync(path).mode & 0o777).toString(8);

describe("examples/progress-bar.mjs", () => {
  test("in a pipe: a line for each state", async (t) => {
    const { run, services, control } = await cloud(t);
    const { ended, printed } = run(progressBar);
    await printed(/provisioning\n/);
    await control("advance", { ms: UP_MS });
    const { code, stdout, stderr } = await ended;
    assert.deepEqual([code, stderr], [0, ""]);
    const [service, ...none] = await services();
    assert.match(stdout, new RegExp(`^created ${service.id}\n0:\\d\\d provisioning\n0:\\d\\d running\n$`));
    assert.deepEqual([service.state, none], ["running", []]);
  });

  test("in a terminal: a bar, full at the end", async (t) => {
    const { env, services, control } = await cloud(t);
    // It gives its command a terminal, and copies its output.
    const { ended, printed } = start("script", ["-qec", `'${process.execPath}' '${progressBar}'`, "/dev/null"], { env });
    // Drawn more often than the service is asked in that time.
    await printed(/(provisioning[^]*){8}/);
    await control("advance", { ms: UP_MS });
    const { code, stdout } = await ended;
    assert.equal(code, 0, stdout);
    const [created, ...drawn] = stdout
      .replaceAll("\r\n", "\n")
      .split(/\n|\r\x1b\[K/)
      .filter((line) => line !== "");
    const [service, ...none] = await services();
    assert.deepEqual([service.state, none], ["running", []]);
    assert.equal(created, `created ${service.id}`);
    for (const line of drawn.slice(0, -1)) assert.match(line, /^█*░+ 0:\d\d (asking|provisioning|running)$/);
    assert.match(drawn.at(-1) ?? "", /^█{40} 0:\d\d running$/);
  });

  test("interrupted, and watched again", async (t) => {
    const { run, services, control } = await cloud(t);
    const { child, ended, printed } = run(progressBar);
    await printed(/provisioning/);
    child.kill("SIGINT");
    const { code, stderr } = await ended;
    const [{ id }] = await services();
    assert.deepEqual([code, stderr], [130, `it goes on without us; to watch it again: node progress-bar.mjs ${id}\n`]);
    await control("advance", { ms: UP_MS });
    const again = await run(progressBar, id).ended;
    assert.deepEqual([again.code, again.stderr], [0, ""]);
    assert.match(again.stdout, /^0:\d\d running\n$/);
    assert.deepEqual(
      (await services()).map(({ state }) => state),
      ["running"],
    );
  });

  test("a stopped service is started", async (t) => {
    const { run, create, stop, services, control } = await cloud(t, "--time-scale", "100");
    const id = await create("stopped");
    await control("advance", { ms: HOUR_MS });
    await stop(id);
    await control("advance", { ms: HOUR_MS });
    assert.deepEqual(
      (await services()).map(({ state }) => state),
      ["stopped"],
    );
    const { code, stdout } = await run(progressBar, id).ended;
    assert.match(stdout, /^0:\d\d stopped\n(0:\d\d starting\n)?0:\d\d running\n$/);
    assert.equal(code, 0);
    assert.deepEqual(
      (await services()).map(({ state }) => state),
      ["running"],
    );
  });

  test("a state that is never reached is an error", async (t) => {
    const { run, create, remove, services } = await cloud(t);
    const id = await create("deleted");
    await remove(id);
    const { code, stderr } = await run(progressBar, id).ended;
    assert.deepEqual([code, (await services()).map(({ state }) => state)], [1, ["terminating"]]);
    assert.match(stderr, /^services\.ensureRunning: waited for running, but the state is terminating, .*\n$/);
  });
});

describe("examples/restore-newest-backup.mjs", () => {
  const ipAccessList = [{ source: "203.0.113.0/24", description: "office" }];

  /**
   * A service with some backups.
   *
   * @param {import("node:test").TestContext} t
   */
  async function backedUp(t) {
    const world = await cloud(t, "--time-scale", "100");
    const source = await world.create("source", { ipAccessList });
    await world.control("advance", { ms: 50 * HOUR_MS });
    const [newest, ...older] = (await world.backups(source)).filter(({ status }) => status === "done");
    assert.ok(older.length > 0);
    return { ...world, source, newest };
  }

  test("a new service, from the newest one", async (t) => {
    const { run, source, newest, services, verify, control, changes } = await backedUp(t);
    const { code, stdout, stderr } = await run(restore, source).ended;
    assert.deepEqual([code, stderr], [0, ""]);
    assert.match(stdout, new RegExp(`^backup +${newest.id}, `));
    const [, restored, ...none] = await services();
    assert.deepEqual(none, []);
    assert.deepEqual([restored.name, restored.state, restored.ipAccessList], [`restored ${newest.id}`, "running", ipAccessList]);
    const created = (await control("ledger")).filter((/** @type {any} */ { operation }) => operation === "services.create");
    assert.equal(created.length, 2);
    const path = join(project, `${restored.id}.password`);
    const password = readFileSync(path, "utf8");
    assert.deepEqual([mode(path), await verify(restored.id, password)], ["600", true]);
    assert.ok(!stdout.includes(password));
    assert.deepEqual(await changes(), ["services.create", "services.create", "services.updatePassword"]);
  });

  test("a create whose answer never came is found again", async (t) => {
    const { run, source, services, verify, control } = await backedUp(t);
    await control("faults", { fault: "drop-after", method: "POST" });
    const first = await run(restore, source).ended;
    assert.equal(first.code, 1);
    assert.match(first.stderr, /^services\.create: no response: .*; the change may have happened.*\nstart this again in a minute or two/);
    assert.equal((await services()).length, 2);
    const { code, stderr } = await run(restore, source).ended;
    assert.deepEqual([code, stderr], [0, ""]);
    const [, restored, ...none] = await services();
    assert.deepEqual(none, [], "none was created twice");
    assert.ok(await verify(restored.id, readFileSync(join(project, `${restored.id}.password`), "utf8")));
  });

  test("a service without a backup", async (t) => {
    const { run, create, services } = await cloud(t);
    const { code, stderr } = await run(restore, await create("young")).ended;
    assert.equal(code, 1);
    assert.match(stderr, /Error: young has no finished backup yet/);
    assert.equal((await services()).length, 1);
    const usage = await run(restore).ended;
    assert.deepEqual([usage.code, usage.stderr], [2, "Usage: node restore-newest-backup.mjs SERVICE_ID\n"]);
  });
});

describe("examples/rotate-passwords.mjs", () => {
  const path = join(project, "passwords.json");
  /** @returns {Record<string, { name: string, password: string, set: boolean }>} */
  const kept = () => JSON.parse(readFileSync(path, "utf8"));

  test("all services, and those that were left out the next time", async (t) => {
    rmSync(path, { force: true });
    const { run, create, stop, services, verify, control, changes } = await cloud(t, "--time-scale", "100");
    const ids = [await create("one"), await create("two", { idleScaling: true }), await create("three")];
    await control("advance", { ms: HOUR_MS });
    await stop(ids[2]);
    await control("advance", { ms: HOUR_MS });
    assert.deepEqual(
      (await services()).map(({ state }) => state),
      ["running", "idle", "stopped"],
    );

    const first = await run(rotate, "passwords.json").ended;
    assert.equal(first.code, 1);
    assert.deepEqual(first.stdout.split("\n").sort(), ["", "2 set, 1 not", "one: set", "start this again with passwords.json", "two: set"]);
    assert.match(first.stderr, /^three: services\.ensureRunning: waited for running, but the state is stopped/);
    const passwords = kept();
    assert.deepEqual(Object.keys(passwords).sort(), [...ids].sort());
    assert.deepEqual(
      ids.map((id) => [passwords[id].name, passwords[id].set]),
      [
        ["one", true],
        ["two", true],
        ["three", false],
      ],
    );
    assert.equal(mode(path), "600");
    assert.deepEqual(await Promise.all(ids.map((id) => verify(id, passwords[id].password))), [true, true, false]);

    const started = await run(progressBar, ids[2]).ended;
    assert.equal(started.code, 0);
    const second = await run(rotate, "passwords.json").ended;
    assert.deepEqual([second.code, second.stdout, second.stderr], [0, "three: set\n1 set, 0 not\n", ""]);
    assert.deepEqual(kept()[ids[0]], passwords[ids[0]]);
    assert.equal(mode(path), "600");
    assert.deepEqual(await Promise.all(ids.map((id) => verify(id, kept()[id].password))), [true, true, true]);
    // No password was set twice, and none was shown or sent.
    assert.equal((await changes()).filter((operation) => operation === "services.updatePassword").length, 3);
    const shown = [first, started, second].map(({ stdout, stderr }) => stdout + stderr).join("");
    for (const { password } of Object.values(kept())) assert.ok(!shown.includes(password));
  });

  test("ended between the file and the service, it sets the passwords of the file", async (t) => {
    const { run, create, verify, control } = await cloud(t);
    const id = await create("half done");
    await control("advance", { ms: HOUR_MS });
    const password = "what-the-file-has-1";
    writeFileSync(path, JSON.stringify({ [id]: { name: "half done", password, set: false } }));
    // Neither is it lost when the first answer is.
    await control("faults", { fault: "drop-after", method: "PATCH" });
    const { code, stdout } = await run(rotate, "passwords.json").ended;
    assert.deepEqual([code, stdout], [0, "half done: set\n1 set, 0 not\n"]);
    assert.deepEqual(kept(), { [id]: { name: "half done", password, set: true } });
    assert.equal(mode(path), "600");
    assert.ok(await verify(id, password));
  });

  test("another file is left as it is", async (t) => {
    const { run, create, changes } = await cloud(t);
    await create("untouched");
    for (const text of ["{ 'pass: word", '{ "version": 1 }', '{ "version": null }']) {
      writeFileSync(path, text);
      const { code, stdout, stderr } = await run(rotate, "passwords.json").ended;
      assert.deepEqual([code, stdout, stderr], [2, "", "passwords.json is no file of this program\n"]);
      assert.equal(readFileSync(path, "utf8"), text);
    }
    assert.equal((await run(rotate).ended).code, 2);
    assert.deepEqual(await changes(), ["services.create"]);
  });
});
