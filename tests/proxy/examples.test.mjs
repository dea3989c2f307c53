// @ts-check
// The proxy in Next's route handler and in a Worker: their examples, with the installed tarball, each called as its host calls it,
// with a sandbox over HTTP behind it. tests/proxy/page.test.mjs runs the example for Node.
import assert from "node:assert/strict";
import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { project, sandbox } from "../http/server.mjs";
import { page, told } from "./support.mjs";

/** @type {(() => unknown)[]} */
const ends = [];
after(() => Promise.all(ends.map((end) => end())));

/** @type {Record<string, string>} */
let env;
before(async () => {
  ({ env } = await sandbox({ after: (end) => ends.push(end) }, "--time-scale", "100"));
});

/**
 * Imports a module of the examples from the project, which has the package installed.
 *
 * @param {string} path
 */
function example(path) {
  // As the projects of both are.
  writeFileSync(join(project, "package.json"), '{ "private": true, "type": "module" }');
  const to = join(project, path);
  cpSync(fileURLToPath(new URL(`../../examples/${path}`, import.meta.url)), to);
  return import(pathToFileURL(to).href);
}

/**
 * @param {string} method
 * @param {string} path
 * @param {Record<string, string>} [headers]
 */
const request = (method, path, headers) => new Request(`http://localhost/api/clickhouse/v1/organizations${path}`, { method, headers });

test("a route handler of Next", async () => {
  Object.assign(process.env, env, { SESSION: "mine" });
  const route = await example("next/app/api/clickhouse/[...path]/route.js");
  const session = { cookie: "theme=dark; session=mine" };
  const services = `/${env.CLICKHOUSE_ORG_ID}/services`;
  const answer = await route.GET(request("GET", services, session), { params: Promise.resolve({ path: [] }) });
  assert.deepEqual([answer.status, (await answer.json()).result], [200, []]);
  assert.equal((await route.HEAD(request("HEAD", services, session))).status, 200);
  assert.equal((await route.GET(request("GET", services))).status, 401);
  assert.equal(await told(await route.POST(request("POST", services, session))), "403 FORBIDDEN");
  assert.equal(await told(await route.DELETE(request("DELETE", services, session))), "405 METHOD_NOT_ALLOWED");
  assert.equal(
    await told(
      await route.OPTIONS(request("OPTIONS", services, { origin: "https://evil.example", "access-control-request-method": "GET" })),
    ),
    "403 FORBIDDEN",
  );
  assert.equal(route.dynamic, "force-dynamic");
  const cloud = page("http://localhost/api/clickhouse", { headers: session, fetch: (url, init) => route.GET(new Request(url, init)) });
  assert.deepEqual(await cloud.services.list(), []);
});

test("a Worker", async () => {
  const { default: worker } = await example("worker/src/index.js");
  const bindings = { ...env, SESSION: "mine" };
  const session = { authorization: "Bearer mine" };
  const services = `/${env.CLICKHOUSE_ORG_ID}/services`;
  const answer = await worker.fetch(request("GET", services, session), bindings, {});
  assert.deepEqual([answer.status, (await answer.json()).result], [200, []]);
  assert.equal(await told(await worker.fetch(request("GET", services), bindings)), "403 FORBIDDEN");
  assert.equal(await told(await worker.fetch(request("POST", services, session), bindings)), "403 FORBIDDEN");
  assert.equal((await worker.fetch(new Request("http://localhost/"), bindings)).status, 404);
});
