// The sandbox behind nock: it responds to all requests of the program under test.
//
//     npm install --save-dev nock
//     node --test nock.test.mjs
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import nock from "nock";
import { CloudClient } from "clickhouse-cloud";
import { Sandbox } from "clickhouse-cloud/sandbox";

const API = "https://api.clickhouse.cloud";
const sandbox = new Sandbox({ timeScale: 1000 });

before(() => {
  nock.disableNetConnect();
  for (const method of ["GET", "POST", "PATCH", "DELETE"]) {
    nock(API)
      .persist()
      .intercept(/.*/, method)
      .reply(async function (path, body) {
        const sent = typeof body === "string" ? body : JSON.stringify(body);
        const init = { method, headers: this.req.headers, body: sent === "" ? undefined : sent };
        const answer = await sandbox.fetch(API + path, init);
        return [answer.status, await answer.text(), Object.fromEntries(answer.headers)];
      });
  }
});
after(() => {
  nock.cleanAll();
  nock.enableNetConnect();
});

test("a service is created and deleted", async () => {
  // As the program under test makes it: it does not know of the sandbox.
  const { keyId, keySecret, organizationId } = sandbox.clientOptions;
  const cloud = new CloudClient({ keyId, keySecret, organizationId });
  const { service } = await cloud.services.create({ name: "events", provider: "aws", region: "eu-west-1" });
  await cloud.services.waitFor(service.id, "running", { pollIntervalMs: 50 });
  await cloud.services.stopAndDelete(service.id, { pollIntervalMs: 50 });
  assert.deepEqual(sandbox.state().services, []);
});
