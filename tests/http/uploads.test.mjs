// @ts-check
// The code of a function goes to the address that the sandbox gives: over HTTP, without a key, and as long as an archive is.
import assert from "node:assert/strict";
import { test } from "node:test";
import { CloudClient } from "clickhouse-cloud";
import { Sandbox } from "clickhouse-cloud/sandbox";
import { sandbox } from "./server.mjs";

/** The body of a version. @param {string} uploadId */
const version = (uploadId) => ({
  uploadId,
  runtime: "python3.11",
  arguments: [{ name: "x", type: "UInt64" }],
  returnType: "UInt64",
  type: /** @type {const} */ ("executable"),
});
/** The body of a function. @param {string} uploadId */
const body = (uploadId) => ({ ...version(uploadId), functionName: "double" });
// Longer than the body of an API request may be.
const archive = Buffer.alloc(3 * 1024 * 1024, "archive");

test("an archive is uploaded to the server", { timeout: 60_000 }, async (t) => {
  const { url, env } = await sandbox(t, "--time-scale", "200", "--no-control");
  const cloud = new CloudClient({
    baseUrl: url,
    keyId: env.CLICKHOUSE_CLOUD_API_KEY,
    keySecret: env.CLICKHOUSE_CLOUD_API_SECRET,
    organizationId: env.CLICKHOUSE_ORG_ID,
  });
  const { uploadId, uploadUrl } = await cloud.udfs.createUpload();
  assert.ok(uploadUrl.startsWith(`${url}/uploads/${uploadId}?token=`), uploadUrl);
  const chunked = new Blob([archive]).stream();
  /** `duplex` is missing in the types of the DOM. @type {RequestInit & { duplex: "half" }} */
  const init = { method: "PUT", body: chunked, duplex: "half" };
  const stored = await fetch(uploadUrl, init);
  assert.equal(stored.status, 200);
  assert.match(stored.headers.get("etag") ?? "", /^"[0-9a-f]{64}"$/);
  assert.equal((await fetch(uploadUrl.slice(0, -1), { method: "PUT", body: archive })).status, 403);
  const long = await fetch(uploadUrl, { method: "PUT", body: Buffer.alloc(33 * 1024 * 1024) });
  assert.equal(long.status, 413);
  assert.equal((await cloud.udfs.create(body(uploadId))).status, "building");
  await assert.rejects(cloud.udfs.versions.create("double", version(uploadId)), {
    name: "BadRequestError",
  });
});

test("an archive is uploaded through the sandbox's fetch", async () => {
  const cloud = new Sandbox();
  const { clientOptions } = cloud;
  const client = new CloudClient(clientOptions);
  const { uploadId, uploadUrl } = await client.udfs.createUpload();
  const stored = await cloud.fetch(uploadUrl, { method: "PUT", body: archive });
  assert.deepEqual([stored.status, await stored.text()], [200, ""]);
  const created = await client.udfs.create(body(uploadId));
  assert.equal(created.version, 1);
  cloud.advance(60_000);
  assert.equal((await client.udfs.get("double")).status, "ready");
  const snapshot = JSON.stringify(cloud.snapshot());
  assert.ok(snapshot.includes(uploadId) && !snapshot.includes(new URL(uploadUrl).searchParams.get("token") ?? ""));
});
