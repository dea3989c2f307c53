// @ts-check
// The command line of the installed tarball, and the start and end of its server.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { request } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { installed, manifest, run } from "../package/consumer.mjs";
import { address, command, project, sandbox, start } from "./server.mjs";

/** All faults, by the sandbox itself. */
const FAULTS = /** @type {typeof import("clickhouse-cloud/sandbox")} */ (await import(`${installed}/dist/sandbox.js`)).Sandbox.faults().map(
  ({ name }) => name,
);

test("--help and --version", async () => {
  for (const args of [["--help"], ["sandbox", "--help"], ["-h"]]) {
    const { code, stdout, stderr } = await command(...args);
    assert.deepEqual([code, stderr], [0, ""]);
    assert.match(stdout, /^Usage: clickhouse-cloud sandbox \[options\]\n/);
  }
  const { stdout } = await command("sandbox", "--help");
  for (const flag of [
    "port",
    "host",
    "seed",
    "latency-ms",
    "time-scale",
    "rate-limit",
    "max-services",
    "scenario",
    "fault",
    "key-id",
    "key-secret",
    "organization-id",
    "key",
    "allow-host",
    "cors",
    "request-timeout",
    "data",
    "no-control",
  ]) {
    assert.ok(stdout.includes(`--${flag} `), flag);
  }
  for (const fault of FAULTS) {
    assert.match(stdout, new RegExp(`^  ${fault} +\\w.{20}`, "m"));
  }
  assert.equal((await command("--version")).stdout, `${manifest.version}\n`);
});

test("a scenario comes by its name or from a file of YAML or JSON", async (t) => {
  const file = join(project, "scenario.yaml");
  writeFileSync(file, "services:\n  - { name: events, provider: aws, region: eu-west-1, $state: idle }\n");
  for (const [scenario, expected] of [
    ["busy-team", "archive-2025 stopped, events running, billing running, staging idle, experiment provisioning"],
    [file, "events idle"],
  ]) {
    const { url } = await sandbox(t, "--scenario", scenario);
    const response = await fetch(`${url}/__sandbox/state`);
    const { services } = /** @type {import("clickhouse-cloud/sandbox").SandboxState} */ (await response.json());
    assert.equal(services.map(({ name, state }) => `${name} ${state}`).join(", "), expected);
  }
  writeFileSync(file, "services: [{ name: events }]");
  const { code, stderr } = await command("sandbox", "--scenario", file);
  assert.equal(code, 2);
  assert.match(stderr, /--scenario: services: BAD_REQUEST: body\.provider: /);
});

test("a wrong command line is an error with the flag, and nothing is served", async () => {
  /** @type {[string[], RegExp][]} */
  const wrong = [
    [[], /^Usage: clickhouse-cloud sandbox/],
    [["cloud"], /unknown command cloud/],
    [["sandbox", "more"], /unexpected argument more/],
    [["sandbox", "--prot", "1"], /unknown option '--prot'/],
    [["sandbox", "--port"], /--port/],
    [["sandbox", "--port", "65536"], /--port must be a whole number from 0 to 65535, not "65536"/],
    [["sandbox", "--port=-1"], /--port must be/],
    [["sandbox", "--port", "0x50"], /--port must be/],
    [["sandbox", "--host", ""], /--host must be/],
    [["sandbox", "--seed", "1.5"], /--seed must be/],
    [["sandbox", "--latency-ms", "slow"], /--latency-ms must be/],
    [["sandbox", "--time-scale", "0"], /--time-scale must be a number above 0/],
    [["sandbox", "--rate-limit", "10"], /--rate-limit must be off, or REQUESTS\/SECONDS/],
    [["sandbox", "--rate-limit", "1.5/1"], /--rate-limit must be/],
    [["sandbox", "--rate-limit", "1/0"], /--rate-limit must be/],
    [["sandbox", "--rate-limit", "1/2/3"], /--rate-limit must be/],
    [["sandbox", "--fault", "drop-after"], /--fault must be NAME=PROBABILITY such as drop-after=0\.1, not "drop-after"/],
    [["sandbox", "--fault", "slow=often"], /--fault must be/],
    [["sandbox", "--fault", "slow=1.5"], /--fault: slow must be a number from 0 to 1, received 1\.5/],
    [["sandbox", "--fault", "slow=0.1", "--fault", "drop-afer=0.1"], /--fault: unknown fault drop-afer: did you mean drop-after\?/],
    [["sandbox", "--key-id", "a:b"], /--key-id must be a text without a colon/],
    [["sandbox", "--key-secret", ""], /--key-secret must be/],
    [["sandbox", "--scenario", "bussy-team"], /--scenario: unknown scenario bussy-team: known are empty, busy-team, incident/],
    [["sandbox", "--scenario", "./nowhere.yaml"], /--scenario must be the name of a scenario, or a file that can be read, not/],
    [["sandbox", "--organization-id", "mine"], /--organization-id must be a UUID/],
    [["sandbox", "--key", "secret"], /--key must be ID:SECRET, or ID:SECRET@ORGANIZATION with a UUID$/m],
    [["sandbox", "--key", "sandbox-key-id:x"], /--key must be keys of different ids/],
    [["sandbox", "--allow-host", "a:80"], /--allow-host must be a name or an address/],
    [["sandbox", "--cors", "localhost:5173"], /--cors must be \* or an origin/],
    [["sandbox", "--cors", "http://localhost:5173/"], /--cors must be \* or an origin/],
    [["sandbox", "--request-timeout", "0"], /--request-timeout must be a number above 0/],
    [["sandbox", "--data", ""], /--data must be a file/],
  ];
  for (const [args, message] of wrong) {
    const { code, stdout, stderr } = await command(...args);
    assert.deepEqual([code, stdout], [2, ""], args.join(" "));
    assert.match(stderr, message);
    assert.doesNotMatch(stderr, /^ {4}at /m);
  }
});

test("a port in use and an address of another machine are errors that say what to do", async (t) => {
  const { url } = await sandbox(t);
  const { port } = new URL(url);
  const taken = await command("sandbox", "--port", port);
  assert.equal(taken.code, 1);
  assert.equal(taken.stderr, `clickhouse-cloud: port ${port} is in use: choose another with --port, or 0 for a free one\n`);
  const foreign = await command("sandbox", "--port", "0", "--host", "192.0.2.1");
  assert.equal(foreign.code, 1);
  assert.match(foreign.stderr, /192\.0\.2\.1 is no address of this machine/);
});

test("the printed lines can be pasted into a shell", async (t) => {
  const id = "5a9db0c5-1111-4000-8000-000000000002";
  const secret = `it's "$HOME" \`x\` \\`;
  const { lines, url } = await sandbox(t, "--key-id", "my id", "--key-secret", secret, "--organization-id", id);
  const names = ["CLICKHOUSE_API_URL", "CLICKHOUSE_CLOUD_API_KEY", "CLICKHOUSE_CLOUD_API_SECRET", "CLICKHOUSE_ORG_ID"];
  const { stdout } = spawnSync("sh", ["-c", `${lines}printf '%s\\n' ${names.map((name) => `"$${name}"`).join(" ")}`], { encoding: "utf8" });
  assert.deepEqual(stdout.split("\n"), [url, "my id", secret, id, ""]);
});

test("only this machine reaches it by default", async (t) => {
  const here = await sandbox(t);
  assert.match(here.url, /^http:\/\/127\.0\.0\.1:\d+$/);
  const everywhere = await sandbox(t, "--host", "0.0.0.0");
  assert.match(everywhere.url, /^http:\/\/127\.0\.0\.1:\d+$/);
  assert.equal((await fetch(everywhere.services)).status, 401);
  // Clients in other containers send the key over plain http: the variable permits it.
  assert.ok(!("CLICKHOUSE_CLOUD_ALLOW_HTTP" in here.env));
  assert.equal(everywhere.env.CLICKHOUSE_CLOUD_ALLOW_HTTP, "1");
});

for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM"])) {
  test(`${signal} ends it cleanly, whatever connections are open`, async (t) => {
    const { child, ended, services, url } = await sandbox(t);
    // One connection that is kept alive after its response, and one without a request.
    await (await fetch(services)).text();
    const silent = connect(Number(new URL(url).port), "127.0.0.1");
    silent.on("error", () => {});
    await once(silent, "connect");
    child.kill(signal);
    const { code, stderr } = await ended;
    assert.deepEqual([code, stderr], [0, ""]);
    silent.destroy();
  });
}

test("requests under way still get their responses", async (t) => {
  const { child, ended, services, authorization } = await sandbox(t, "--latency-ms", "100");
  const headers = { authorization, expect: "100-continue" };
  const asked = request(services, { method: "POST", headers });
  // The server waits for the body when the signal comes.
  asked.flushHeaders();
  await once(asked, "continue");
  child.kill("SIGTERM");
  asked.end(JSON.stringify({ name: "events", provider: "aws", region: "eu-west-1" }));
  const [answer] = await once(asked, "response");
  assert.deepEqual([answer.statusCode, answer.headers.connection], [200, "close"]);
  answer.resume();
  assert.equal((await ended).code, 0);
});

test("npx runs the installed command", async (t) => {
  assert.equal(run("npx", "--no-install", "clickhouse-cloud", "--version"), `${manifest.version}\n`);
  // With a group of its own, so that the shell between npx and the command ends with it.
  const started = start("npx", ["--no-install", "clickhouse-cloud", "sandbox", "--port", "0"], { cwd: project, detached: true });
  t.after(() => {
    if (started.child.exitCode === null && started.child.signalCode === null) process.kill(-Number(started.child.pid), "SIGKILL");
  });
  const { services, authorization } = await address(started);
  assert.equal((await fetch(services, { headers: { authorization } })).status, 200);
  process.kill(-Number(started.child.pid), "SIGTERM");
  await started.ended;
  await assert.rejects(fetch(services));
});
