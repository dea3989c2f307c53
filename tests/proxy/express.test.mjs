// @ts-check
// The proxy in current and older Express: mounted at a path, and after parsers that have read the body.
import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { toNodeListener } from "clickhouse-cloud/proxy";
// @ts-expect-error it has no types of its own
import express5 from "express";
// @ts-expect-error neither has it
import express4 from "express4";
import { BODY, ORGANIZATION, SERVICE, json, page, proxied, told } from "./support.mjs";

const MOUNT = "/api/clickhouse";

/**
 * @param {{ after: (end: () => unknown) => void }} t
 * @param {any} app
 */
async function serve(t, app) {
  const server = app.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${server.address().port}${MOUNT}`;
}

for (const [version, express] of /** @type {[string, any][]} */ ([
  ["Express 5", express5],
  ["Express 4", express4],
])) {
  const every = { type: "*/*" };
  for (const [what, ...parsers] of /** @type {[string, ...any[]][]} */ ([
    ["no parser"],
    ["express.json()", express.json()],
    ["express.json({ strict: false })", express.json({ strict: false, ...every })],
    ["express.raw()", express.raw(every)],
    ["express.text()", express.text(every)],
    ["express.urlencoded(), which leaves the body", express.urlencoded({ extended: true })],
    ["express.raw() and express.text(), which leave it", express.raw(), express.text(), express.json()],
    ["all of them", express.json(), express.urlencoded({ extended: false }), express.text(), express.raw()],
  ])) {
    test(`${version}, ${what}`, async (t) => {
      const { handler, seen, sandbox } = await proxied(t, { prefix: MOUNT });
      const app = express();
      for (const parser of parsers) app.use(parser);
      app.use(MOUNT, toNodeListener(handler));
      const url = await serve(t, app);
      const { service } = await page(url).services.create({ ...BODY, name: "ünïcode", idleScaling: false });
      assert.equal(sandbox.state().services[0]?.name, "ünïcode");
      assert.equal((await page(url).services.list({ filter: ["tag:a"] })).length, 0);
      assert.equal((await page(url).services.get(service.id)).name, "ünïcode");
      const services = `${url}/v1/organizations/${ORGANIZATION}/services`;
      const before = seen.length;
      // A deletion has no body, also where a parser says {}.
      await fetch(`${services}/${SERVICE}`, { method: "DELETE" });
      assert.deepEqual([seen.length, seen.at(-1)?.body], [before + 1, ""]);
      // Of whatever type a parser takes: a page of another site may send it without asking first.
      for (const type of ["text/plain", "application/x-www-form-urlencoded", "application/octet-stream"]) {
        const answer = await fetch(services, { ...json("POST", 1), headers: { "content-type": type }, body: JSON.stringify(BODY) });
        // A strict parser refuses bodies other than JSON by itself.
        assert.equal(await told(answer), "415 UNSUPPORTED_MEDIA_TYPE", type);
      }
      for (const body of ["{}", "[]"])
        assert.equal(await told(await fetch(services, { ...json("POST", 1), body })), "400 BAD_REQUEST", body);
      assert.equal(seen.length, before + 1);
    });
  }

  test(`${version}: without a prefix, and behind a router`, async (t) => {
    const { handler } = await proxied(t);
    const router = express.Router().use("/clickhouse", express.json(), toNodeListener(handler));
    const url = await serve(t, express().use("/api", router));
    assert.deepEqual(await page(url).services.list(), []);
    assert.ok((await page(url).services.create(BODY)).password);
  });
}
