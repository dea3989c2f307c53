// @ts-check
// Faults of the installed command over real HTTP.
import assert from "node:assert/strict";
import { connect } from "node:net";
import { once } from "node:events";
import { test } from "node:test";
import { sandbox } from "./server.mjs";

const BODY = { name: "events", provider: "aws", region: "eu-west-1", ipAccessList: [] };

/**
 * A sandbox under faults without a rate limit.
 *
 * @param {import("node:test").TestContext} t
 * @param {string[]} args
 */
async function under(t, ...args) {
  const cloud = await sandbox(t, "--rate-limit", "off", ...args);
  const headers = { authorization: cloud.authorization, "accept-encoding": "identity" };
  return {
    ...cloud,
    create: () => fetch(cloud.services, { method: "POST", headers, body: JSON.stringify(BODY) }),
    list: () => fetch(cloud.services, { headers }),
  };
}

test("a dropped connection ends without a byte", async (t) => {
  const { create, services, authorization } = await under(t, "--fault", "drop-after=1");
  await assert.rejects(create(), TypeError);
  const { port, pathname } = new URL(services);
  const socket = connect(Number(port), "127.0.0.1").setEncoding("utf8");
  let answer = "";
  socket.on("data", (more) => (answer += more));
  socket.write(`GET ${pathname} HTTP/1.1\r\nhost: localhost\r\nauthorization: ${authorization}\r\n\r\n`);
  await once(socket, "close");
  assert.equal(answer, "");
});

test("a truncated response is whole by HTTP, and no JSON", async (t) => {
  const { create } = await under(t, "--fault", "truncated=1");
  for (let turn = 0; turn < 10; turn += 1) {
    const answer = await create();
    const text = await answer.text();
    assert.deepEqual([answer.status, answer.headers.get("content-length")], [200, String(Buffer.byteLength(text))]);
    assert.throws(() => JSON.parse(text), SyntaxError);
  }
});

test("responses of a proxy have no envelope", async (t) => {
  const { list } = await under(t, "--fault", "html=0.5", "--fault", "unavailable=0.5");
  const seen = new Set();
  for (let turn = 0; turn < 100; turn += 1) {
    const answer = await list();
    const text = await answer.text();
    seen.add(answer.status);
    if (answer.status === 502) assert.match(text, /^<html>/);
    if (answer.status === 503) assert.equal(text, "no healthy upstream");
  }
  assert.deepEqual([...seen].sort(), [200, 502, 503]);
});

test("a slow response takes virtual time", async (t) => {
  const quick = await under(t, "--fault", "slow=1", "--time-scale", "1000");
  const began = performance.now();
  assert.equal((await quick.list()).status, 200);
  assert.ok(performance.now() - began >= 2);
});

test("a delay ends when its client disconnects", { timeout: 60_000 }, async (t) => {
  // It would take at least 200 real seconds.
  const { child, ended, services, authorization } = await under(t, "--fault", "slow=1", "--time-scale", "0.01");
  const gone = new AbortController();
  const asked = fetch(services, { headers: { authorization }, signal: gone.signal });
  setTimeout(() => gone.abort(), 100);
  await assert.rejects(asked, { name: "AbortError" });
  child.kill("SIGTERM");
  assert.equal((await ended).code, 0);
});

test("the same seed fails in the same way", async (t) => {
  const courses = [];
  for (let world = 0; world < 2; world += 1) {
    const { list } = await under(t, "--seed", "7", "--fault", "server-error=0.3", "--fault", "rate-limited=0.3");
    const course = [];
    for (let turn = 0; turn < 50; turn += 1) {
      const answer = await list();
      await answer.arrayBuffer();
      course.push(answer.status);
    }
    courses.push(course.join(" "));
  }
  assert.equal(courses[0], courses[1]);
  for (const status of ["200", "429", "500"]) assert.ok(courses[0].includes(status), courses[0]);
});
