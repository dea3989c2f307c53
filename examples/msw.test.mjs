// The sandbox behind Mock Service Worker: it responds to all requests of the program under test.
//
//     npm install --save-dev msw
//     node --test msw.test.mjs
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { HttpResponse, http } from "msw";
import { setupServer } from "msw/node";
import { CloudClient } from "clickhouse-cloud";
import { Sandbox } from "clickhouse-cloud/sandbox";

const sandbox = new Sandbox({ timeScale: 1000 });
const server = setupServer(
  // A connection that a fault drops is an error of the network.
  http.all("https://api.clickhouse.cloud/*", ({ request }) => sandbox.fetch(request).catch(() => HttpResponse.error())),
);
before(() => server.listen({ onUnhandledRequest: "error" }));
after(() => server.close());

test("a service is created and renamed", async () => {
  // As the program under test makes it: it does not know of the sandbox.
  const { keyId, keySecret, organizationId } = sandbox.clientOptions;
  const cloud = new CloudClient({ keyId, keySecret, organizationId });
  const { service } = await cloud.services.create({ name: "events", provider: "aws", region: "eu-west-1" });
  await cloud.services.waitFor(service.id, "running", { pollIntervalMs: 50 });
  await cloud.services.update(service.id, { name: "renamed" });
  assert.deepEqual(
    sandbox.state().services.map(({ name, state }) => [name, state]),
    [["renamed", "running"]],
  );
});

test("a connection that ends too soon is met again", async () => {
  const { keyId, keySecret, organizationId } = sandbox.clientOptions;
  const cloud = new CloudClient({ keyId, keySecret, organizationId });
  sandbox.inject({ fault: "drop-before", method: "GET" });
  assert.equal((await cloud.services.list()).length, 1);
  assert.deepEqual(
    sandbox
      .ledger()
      .slice(-2)
      .map(({ status }) => status),
    [0, 200],
  );
});
