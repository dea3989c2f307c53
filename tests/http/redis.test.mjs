// @ts-check
// examples/redis-rate-limit.mjs, two processes of it with one key, a Redis and a sandbox: no answer is a 429.
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { createServer, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { file, installed } from "../package/consumer.mjs";
import { silent } from "../faults/server.mjs";
import { sandbox, start } from "./server.mjs";

/** The time scale: the example's windows last whole seconds, and the shortest is one. */
const FASTER = 3;

/** @typedef {{ after: (end: () => unknown) => void }} Test */

/**
 * A Redis without persistence, until the test ends.
 *
 * @param {Test} test
 */
async function redis(test) {
  const port = await silent();
  const folder = mkdtempSync(join(tmpdir(), "clickhouse-cloud-redis-"));
  const flags = { port, bind: "127.0.0.1", save: "", appendonly: "no", dir: folder };
  const { child, ended, printed } = start(
    "redis-server",
    Object.entries(flags).flatMap(([name, value]) => [`--${name}`, String(value)]),
  );
  test.after(async () => {
    child.kill("SIGKILL");
    await ended;
    rmSync(folder, { recursive: true, force: true });
  });
  await printed(/Ready to accept connections/);
  return `redis://127.0.0.1:${port}`;
}

/**
 * Forwards requests, and records the status of each response.
 *
 * @param {Test} test
 * @param {string} target
 */
async function witness(test, target) {
  /** @type {(number | undefined)[]} */
  const statuses = [];
  const server = createServer(({ method, url, headers }, response) => {
    const onward = request(new URL(String(url), target), { method, headers }, (answer) => {
      statuses.push(answer.statusCode);
      response.writeHead(Number(answer.statusCode), answer.headers);
      answer.pipe(response);
    });
    onward.end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  test.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return { statuses, url: `http://127.0.0.1:${/** @type {import("node:net").AddressInfo} */ (server.address()).port}` };
}

test("two processes that share a key and a Redis", { timeout: 120_000 }, async (t) => {
  const text = readFileSync(new URL("../../examples/redis-rate-limit.mjs", import.meta.url), "utf8");
  const faster = text.replace("duration: 3 ", "duration: 1 ");
  assert.notEqual(faster, text);
  // The installed tarball, beside the packages that the example needs.
  const example = file("redis-rate-limit.mjs", faster);
  for (const name of ["redis", "@redis", "rate-limiter-flexible"]) {
    symlinkSync(fileURLToPath(new URL(`../../node_modules/${name}`, import.meta.url)), join(installed, "..", name));
  }

  const REDIS_URL = await redis(t);
  const { env, url } = await sandbox(t, "--rate-limit", `10/${10 / FASTER}`);
  const { statuses, url: CLICKHOUSE_API_URL } = await witness(t, String(url));
  const ended = await Promise.all(
    [1, 2].map(() => start(process.execPath, [example], { env: { ...env, REDIS_URL, CLICKHOUSE_API_URL } }).ended),
  );
  for (const { code, stdout, stderr } of ended) {
    assert.deepEqual([code, stderr], [0, ""], stdout);
    assert.equal(stdout.match(/: answer \d+, 0 services, 1 attempt\(s\)$/gm)?.length, 10, stdout);
  }
  assert.deepEqual(statuses, Array(20).fill(200));
});
