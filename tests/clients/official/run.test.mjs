// @ts-check
// The integration tests of ClickHouse's own Rust client, unmodified, against the served sandbox: whole lives of services, of
// the organization and of Postgres.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createServer } from "node:http";
import { once } from "node:events";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { sandbox, start } from "../../http/server.mjs";

const manifest = fileURLToPath(new URL("Cargo.toml", import.meta.url));
const target = fileURLToPath(new URL("../../../target/official", import.meta.url));
const cargo = ["test", "--locked", "--manifest-path", manifest, "--target-dir", target];

/**
 * The host that runs queries: it is not part of the API. As the live one does, it refuses services without a query endpoint.
 *
 * @param {{ after: (end: () => unknown) => void }} t
 * @param {string} services
 * @param {string} authorization
 */
async function queryHost(t, services, authorization) {
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const part of request.setEncoding("utf8")) body += part;
    const [, , service] = new URL(request.url ?? "", "http://localhost").pathname.split("/");
    const endpoint = await fetch(`${services}/${service}/serviceQueryEndpoint`, { headers: { authorization } });
    const { sql } = JSON.parse(body);
    response.writeHead(endpoint.status === 200 ? 200 : 403, { "content-type": "text/plain" });
    response.end(sql === "SELECT 1" ? "1\n" : sql.startsWith("SELECT sum") ? "6\n" : "");
  });
  t.after(() => server.close());
  await once(server.listen(0, "127.0.0.1"), "listening");
  return `http://127.0.0.1:${/** @type {import("node:net").AddressInfo} */ (server.address()).port}`;
}

test("they are compiled", { timeout: 1_200_000 }, async () => {
  const [code] = await once(spawn("cargo", [...cargo, "--no-run"], { stdio: "inherit" }), "exit");
  assert.equal(code, 0);
});

// They wait most of the time: each asks again every second. A sandbox of its own for each, so that they run in parallel.
describe("the official client", { concurrency: true }, () => {
  for (const life of ["integration_test", "integration_org_test", "integration_postgres_test"]) {
    test(life, { timeout: 600_000 }, async (t) => {
      const { url, services, authorization, env } = await sandbox(t, "--time-scale", "300", "--rate-limit", "off");
      const members = await fetch(new URL("members", services), { headers: { authorization } });
      const { result } = await members.json();
      const variables = {
        CLICKHOUSE_CLOUD_API_BASE_URL: url,
        CLICKHOUSE_CLOUD_API_KEY: env.CLICKHOUSE_CLOUD_API_KEY,
        CLICKHOUSE_CLOUD_API_SECRET: env.CLICKHOUSE_CLOUD_API_SECRET,
        CLICKHOUSE_CLOUD_QUERY_HOST: await queryHost(t, services, authorization),
        CLICKHOUSE_CLOUD_TEST_ORG_ID: env.CLICKHOUSE_ORG_ID,
        CLICKHOUSE_CLOUD_TEST_PROVIDER: "aws",
        CLICKHOUSE_CLOUD_TEST_REGION: "us-east-1",
        CLICKHOUSE_CLOUD_TEST_SECONDARY_USER_ID: result.at(-1).userId,
        CLICKHOUSE_CLOUD_TEST_POLL_INTERVAL_SECS: "1",
      };
      const args = [...cargo, "--test", "lives", `${life}::`, "--", "--include-ignored", "--nocapture"];
      const { code, stdout, stderr } = await start("cargo", args, { env: variables }).ended;
      assert.equal(code, 0, `${stdout}${stderr}`);
      assert.match(stdout, /^test result: ok\. [1-9]\d* passed/m);
    });
  }
});
