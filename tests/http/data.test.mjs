// @ts-check
// --data: every confirmed change is there after any end of the process.
import assert from "node:assert/strict";
import { once } from "node:events";
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { operations } from "../js/operations.mjs";
import { rounds } from "./killing.mjs";
import { bin, command, sandbox, start } from "./server.mjs";

const BODY = { name: "events", provider: "aws", region: "eu-west-1" };
const folder = mkdtempSync(join(tmpdir(), "clickhouse-cloud-data-"));
after(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;
const fresh = () => join(folder, `${(files += 1)}.data`);

/**
 * A sandbox on a file, with functions for requests to it. `stop` ends it with a signal.
 *
 * @param {import("node:test").TestContext} t
 * @param {string} file
 * @param {string[]} args
 */
async function on(t, file, ...args) {
  const cloud = await sandbox(t, "--rate-limit", "off", "--max-services", "10000", "--data", file, ...args);
  /** @param {string} path @param {RequestInit} [init] */
  const ask = async (path, init) => {
    const answer = await fetch(`${cloud.services}${path}`, { ...init, headers: { authorization: cloud.authorization } });
    assert.equal(answer.status, 200, await answer.clone().text());
    return (await answer.json()).result;
  };
  return {
    ...cloud,
    get: ask,
    create: () => ask("", { method: "POST", body: JSON.stringify(BODY) }),
    patch: (/** @type {string} */ path, /** @type {object} */ body) => ask(path, { method: "PATCH", body: JSON.stringify(body) }),
    control: (/** @type {string} */ path, /** @type {object} */ body, method = "POST") =>
      fetch(`${cloud.url}/__sandbox/${path}`, { method, body: JSON.stringify(body) }),
    stop: async (/** @type {NodeJS.Signals} */ signal) => {
      cloud.child.kill(signal);
      return cloud.ended;
    },
  };
}

/** @param {[file: string, ...args: string[]]} args */
const refused = async (...[file, ...more]) => {
  const { code, stdout, stderr } = await command("sandbox", "--port", "0", "--data", file, ...more);
  assert.deepEqual([code, stdout], [1, ""]);
  assert.doesNotMatch(stderr, /^ {4}at /m);
  return stderr;
};

for (const signal of /** @type {const} */ (["SIGTERM", "SIGKILL"])) {
  test(`after ${signal} all goes on, and time has passed`, async (t) => {
    const file = fresh();
    const first = await on(t, file);
    const { service, password } = await first.create();
    await first.patch(`/${service.id}`, { name: "renamed" });
    await first.control("advance", { ms: 86_400_000 });
    const before = [await first.get(`/${service.id}`), await first.get(`/${service.id}/backups`)];
    assert.equal(statSync(file).mode & 0o777, 0o600);
    await first.stop(signal);
    assert.equal(existsSync(`${file}.lock`), signal === "SIGKILL");
    assert.ok(!readFileSync(file, "utf8").includes(password));

    const second = await on(t, file, "--seed", "9");
    assert.deepEqual([await second.get(`/${service.id}`), await second.get(`/${service.id}/backups`)], before);
    const valid = await second.control("verify-password", { serviceId: service.id, password });
    assert.deepEqual(await valid.json(), { valid: true });
    const other = await second.create();
    assert.notEqual(other.service.id, service.id);
    await second.stop(signal);
    const third = await on(t, file);
    assert.deepEqual(
      (await third.get("")).map((/** @type {any} */ one) => one.name),
      ["renamed", "events"],
    );
  });
}

test("virtual time passes while the server is down", async (t) => {
  const file = fresh();
  const first = await on(t, file, "--time-scale", "1000");
  const { service } = await first.create();
  await first.stop("SIGKILL");
  await sleep(200);
  const second = await on(t, file, "--time-scale", "1000");
  assert.notEqual((await second.get(`/${service.id}`)).state, "provisioning");
});

test("a change that a fault makes in a read is stored, too", async (t) => {
  const file = fresh();
  const first = await on(t, file);
  const { service } = await first.create();
  await first.control("advance", { ms: 180_000 });
  await first.control("faults", { fault: "degraded" });
  const states = [];
  for (let read = 0; read < 2; read += 1) states.push((await first.get(`/${service.id}`)).state);
  assert.deepEqual(states, ["running", "degraded"]);
  await first.stop("SIGKILL");
  const second = await on(t, file);
  assert.equal((await second.get(`/${service.id}`)).state, "degraded");
});

test("deleted services stay deleted, and a restored snapshot is there", async (t) => {
  const file = fresh();
  const first = await on(t, file);
  await first.create();
  const snapshot = await (await fetch(`${first.url}/__sandbox/snapshot`)).json();
  const { service } = await first.create();
  await first.control("snapshot", snapshot, "PUT");
  await first.stop("SIGKILL");
  const second = await on(t, file);
  const left = await second.get("");
  assert.deepEqual([left.length, left.some((/** @type {any} */ one) => one.id === service.id)], [1, false]);
});

test("the file does not grow for ever", async (t) => {
  const file = fresh();
  const first = await on(t, file);
  const { service } = await first.create();
  const description = "x".repeat(30_000);
  for (let turn = 0; turn < 60; turn += 1) {
    await first.patch(`/${service.id}`, { ipAccessList: { remove: [{ source: "10.0.0.1" }], add: [{ source: "10.0.0.1", description }] } });
  }
  assert.ok(statSync(file).size < 1_200_000, String(statSync(file).size));
  await first.patch(`/${service.id}`, { name: "last" });
  await first.stop("SIGKILL");
  const second = await on(t, file);
  assert.equal((await second.get(`/${service.id}`)).name, "last");
});

test("a second process on the file is refused, by any path to it", async (t) => {
  const file = fresh();
  const first = await on(t, file);
  const link = fresh();
  symlinkSync(file, link);
  for (const name of [file, link]) assert.match(await refused(name), /is in use by process \d+: one sandbox to a file\n/);
  await first.create();
  await first.stop("SIGTERM");
  await (await on(t, link)).get("");
});

test("a lock of an ended process, or of another one with its number, does not count", async (t) => {
  const file = fresh();
  writeFileSync(`${file}.lock`, `${process.pid} 1\n`);
  await (await on(t, file)).stop("SIGTERM");
  assert.ok(!existsSync(`${file}.lock`));
});

test("a change that cannot be stored is not confirmed, and the sandbox ends", { timeout: 60_000 }, async (t) => {
  const file = fresh();
  const first = await on(t, file);
  await first.create();
  // As if another machine had taken the file away.
  const text = readFileSync(file);
  rmSync(file);
  writeFileSync(file, text);
  await assert.rejects(first.create(), TypeError);
  const { code, stderr } = await first.ended;
  assert.deepEqual([code, stderr], [1, `clickhouse-cloud: ${file} cannot be written: another process has replaced it\n`]);
  assert.deepEqual(readFileSync(file), text);
  assert.ok(!existsSync(`${file}.lock`));
});

test("a damaged or foreign file is refused, and not changed", { timeout: 60_000 }, async (t) => {
  const whole = fresh();
  const first = await on(t, whole);
  const { service } = await first.create();
  await first.patch(`/${service.id}`, { name: "renamed" });
  await first.stop("SIGTERM");
  const text = readFileSync(whole, "utf8");
  const [head, base, ...more] = text.trimEnd().split("\n");
  /** @type {[string, RegExp][]} */
  const wrong = [
    ["my diary\n", /is no file of the sandbox: it is left as it is/],
    ["{}", /is no file of the sandbox/],
    ["\x7fELF\x00\x00", /is no file of the sandbox/],
    [head.replace("form 1", "form 2") + "\n", /is of another form/],
    [`${head}\n`, /is broken: it holds nothing/],
    [`${head}\n${base.slice(0, -9)}`, /is broken/],
    [[head, base.replace("created", "craeted"), ...more, ""].join("\n"), /is broken in record 1/],
    [[head, base, ...more.slice(0, -1), String(more.at(-1)).replace("renamed", "remaned"), ""].join("\n"), /is broken in record \d/],
    [`${text}garbage`, /is broken after record/],
    [`${text}\n`, /is broken in record/],
  ];
  for (const [content, message] of wrong) {
    const file = fresh();
    writeFileSync(file, content);
    assert.match(await refused(file), message);
    assert.equal(readFileSync(file, "utf8"), content);
    assert.ok(!existsSync(`${file}.lock`));
  }
  assert.match(
    await refused(whole, "--organization-id", "5a9db0c5-1111-4000-8000-000000000002"),
    /is of 5a9db0c5-0000-.*: name the same with --organization-id/,
  );
  assert.match(await refused(folder), /is no file/);
  assert.match(await refused(join(folder, "none", "file")), /no such file or directory/);
  assert.equal(readFileSync(whole, "utf8"), text);
});

test("an incomplete last record is ignored, and an empty file is a new one", async (t) => {
  const file = fresh();
  const first = await on(t, file);
  await first.create();
  await first.stop("SIGTERM");
  const half = fresh();
  copyFileSync(file, half);
  appendFileSync(half, '0123456789abcdef {"at":17');
  assert.equal((await (await on(t, half)).get("")).length, 1);
  const empty = fresh();
  writeFileSync(empty, "");
  assert.deepEqual(await (await on(t, empty)).get(""), []);
});

test("the last record counts without its newline, which an editor may have removed", async (t) => {
  const file = fresh();
  const first = await on(t, file);
  const { service } = await first.create();
  await first.patch(`/${service.id}`, { name: "renamed" });
  await first.stop("SIGTERM");
  const text = readFileSync(file, "utf8");
  // The first record holds the snapshot, the second one the change.
  for (const [lines, name] of /** @type {const} */ ([
    [3, "events"],
    [4, "renamed"],
  ])) {
    const cut = fresh();
    writeFileSync(cut, text.split("\n").slice(0, lines).join("\n"));
    const second = await on(t, cut);
    assert.equal((await second.get(`/${service.id}`)).name, name);
    const { stderr } = await second.stop("SIGTERM");
    assert.equal(stderr, "");
    assert.ok(readFileSync(cut, "utf8").endsWith("\n"));
  }
  // One byte less is an incomplete record, with a warning.
  const torn = fresh();
  writeFileSync(torn, text.slice(0, -2));
  const third = await on(t, torn);
  assert.equal((await third.get(`/${service.id}`)).name, "events");
  const { stderr } = await third.stop("SIGTERM");
  assert.equal(stderr, `clickhouse-cloud: ${torn} ends within a record that no response has confirmed: it is ignored\n`);
});

test("no lock and no draft is written through a link", async (t) => {
  const file = fresh();
  const victim = fresh();
  writeFileSync(victim, "mine\n");
  for (const target of [victim, join(folder, "nowhere")]) {
    symlinkSync(target, `${file}.lock`);
    assert.match(await refused(file), /\.lock is no lock of a sandbox, but a link or the like: remove it\n$/);
    assert.ok(lstatSync(`${file}.lock`).isSymbolicLink());
    rmSync(`${file}.lock`);
  }
  // The names of drafts are predictable: that of the lock has the number of the process.
  const script = `
    const { symlinkSync } = require("node:fs");
    for (const end of [".lock." + process.pid, ".lock." + process.pid + ".old", ".new"]) symlinkSync(${JSON.stringify(victim)}, ${JSON.stringify(file)} + end);
    process.argv.splice(1, 0, "clickhouse-cloud");
    import(${JSON.stringify(pathToFileURL(bin).href)});
  `;
  const started = start(process.execPath, ["-e", script, "sandbox", "--port", "0", "--data", file]);
  t.after(() => started.child.kill("SIGKILL"));
  await started.printed(/CLICKHOUSE_ORG_ID/);
  assert.ok(lstatSync(`${file}.lock`).isFile());
  started.child.kill("SIGTERM");
  await started.ended;
  assert.equal(readFileSync(victim, "utf8"), "mine\n");
  assert.ok(lstatSync(file).isFile());
});

test("a start that fails leaves no lock, and neither does any signal", { timeout: 60_000 }, async (t) => {
  const file = fresh();
  const running = await sandbox(t);
  const left = () => readdirSync(folder).filter((name) => name.startsWith(`${basename(file)}.`));
  const port = new URL(running.url).port;
  for (const [args, status] of /** @type {[string[], number][]} */ ([
    [["--port", port], 1],
    [["--port", "0", "--host", "192.0.2.1"], 1],
    [["--port", "0", "--organization-id", "x"], 2],
    [["--port", "0", "--fault", "none-such=1"], 2],
  ])) {
    const { code, stdout } = await command("sandbox", "--data", file, ...args);
    assert.deepEqual([code, stdout, left()], [status, "", []], args.join(" "));
  }
  for (const signals of /** @type {NodeJS.Signals[][]} */ ([
    ["SIGINT"],
    ["SIGTERM"],
    ["SIGHUP"],
    ["SIGINT", "SIGINT"],
    ["SIGTERM", "SIGINT"],
  ])) {
    const cloud = await on(t, file);
    assert.equal(left().length, 1);
    // Its client never ends this request: only a second signal does not wait for it.
    const socket = connect(Number(new URL(cloud.url).port), "127.0.0.1").on("error", () => {});
    await once(socket, "connect");
    socket.write("POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 10\r\n\r\n");
    for (const signal of signals) cloud.child.kill(signal);
    await cloud.ended;
    socket.destroy();
    assert.deepEqual(left(), [], signals.join());
  }
});

/** More take longer: `KILLS=100 node --test tests/http/data.test.mjs`. */
const KILLS = Number(process.env.KILLS ?? 50);
/** Commands and what is not shown by a read, or is made once: passwords, copies of a database, the end of a service and of a member. */
const UNWATCHED =
  /^((services|postgres|clickPipes)\.(updateState|updatePassword|restore|createReadReplica|discoverSchema)|services\.delete|members\.delete|.*\.validate)$/;

test("killed at random moments under load, it has every confirmed change of every resource", {
  timeout: 60_000 + KILLS * 10_000,
}, async (t) => {
  const { kills, confirmed, lost } = await rounds(fresh(), KILLS, 1);
  const changes = [...confirmed.values()].reduce((sum, count) => sum + count, 0);
  t.diagnostic(`${kills} kills, ${changes} confirmed changes by ${confirmed.size} operations`);
  assert.deepEqual(lost, []);
  assert.equal(kills, KILLS);
  const never = operations.filter(({ name, method }) => method !== "GET" && !UNWATCHED.test(name) && !confirmed.has(name));
  assert.deepEqual(
    never.map(({ name }) => name),
    [],
  );
  assert.ok(changes > 4 * KILLS, `${changes} changes`);
});
