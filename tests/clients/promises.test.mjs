// @ts-check
// Calls with libraries that replace promises or timers: each in its own process, with the installed tarball.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { start } from "../http/server.mjs";
import { file } from "../package/consumer.mjs";
import { linked } from "./tools.mjs";

before(() => linked("bluebird", "zone.js", "@sinonjs/fake-timers"));

/** A client with a test double for fetch: Node's own Response needs the timers that are replaced here. */
const CLIENT = `
  const body = JSON.stringify({ status: 200, requestId: "r-1", result: [] });
  const fetch = async () => ({ status: 200, headers: new Headers(), text: async () => body });
  const id = "3f6c1d1e-8a52-4b6f-9d0c-5a1b2c3d4e5f";
  const cloud = new CloudClient({ keyId: "a", keySecret: "b", organizationId: id, fetch });`;

/** @type {[name: string, extension: "mjs" | "cjs", program: string][]} */
const programs = [
  [
    "zone.js: finally is called",
    "mjs",
    `
    import "zone.js";
    const { CloudClient } = await import("clickhouse-cloud");${CLIENT}
    cloud.services.list().finally(() => console.log("done"));`,
  ],
  [
    "zone.js: the promise resolves in its zone",
    "mjs",
    `
    import "zone.js";
    const { CloudClient } = await import("clickhouse-cloud");${CLIENT}
    Zone.current.fork({ name: "mine" }).run(() => cloud.services.list().then(() => console.log(Zone.current.name === "mine" ? "done" : Zone.current.name)));`,
  ],
  [
    "bluebird as the global Promise",
    "cjs",
    `
    global.Promise = require("bluebird");
    const { CloudClient } = require("clickhouse-cloud");${CLIENT}
    Promise.all([cloud.services.list(), cloud.services.list().withResponse()]).then(([list, { data }]) => console.log(list.length + data.length === 0 ? "done" : "lost"));`,
  ],
  [
    "fake timers, installed before the client",
    "mjs",
    `
    import FakeTimers from "@sinonjs/fake-timers";
    import { CloudClient } from "clickhouse-cloud";
    FakeTimers.install();${CLIENT}
    await cloud.services.list();
    console.log("done");`,
  ],
  [
    "fake timers: a wait passes when they are advanced",
    "mjs",
    `
    import FakeTimers from "@sinonjs/fake-timers";
    import { CloudClient } from "clickhouse-cloud";
    const clock = FakeTimers.install();
    const id = "3f6c1d1e-8a52-4b6f-9d0c-5a1b2c3d4e5f";
    const states = ["provisioning", "provisioning", "running"];
    const text = async () => JSON.stringify({ status: 200, requestId: "r-1", result: { id, name: "e", state: states.shift() } });
    const cloud = new CloudClient({ keyId: "a", keySecret: "b", organizationId: id, fetch: async () => ({ status: 200, headers: new Headers(), text }) });
    let over = false;
    const waiting = cloud.services.waitFor(id, "running").then(() => (over = true));
    for (let second = 0; second < 60 && !over; second += 1) await clock.tickAsync(1_000);
    await waiting;
    console.log("done");`,
  ],
];

for (const [name, extension, program] of programs) {
  test(name, { timeout: 60_000 }, async () => {
    const path = file(`promises-${programs.findIndex((one) => one[0] === name)}.${extension}`, program);
    const { code, stdout, stderr } = await start(process.execPath, [path]).ended;
    assert.deepEqual([code, stdout, stderr], [0, "done\n", ""]);
  });
}
