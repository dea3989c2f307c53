// @ts-check
// udfs.deploy: nothing of the client reaches the host of the upload, and a creation whose response is lost is looked for, not repeated.
import assert from "node:assert/strict";
import { inspect } from "node:util";
import { test } from "node:test";
import { CloudError, ConfigurationError, ConnectionError, RequestValidationError, WaitError } from "clickhouse-cloud";
import { broken, gone, PIPE, refusal, tabled } from "./double.mjs";
import { rejection, SECRET, within } from "./support.mjs";

const HOST = "https://uploads.example";
const SIGNATURE = "PLANTED-signature";
const session = { uploadId: PIPE, uploadUrl: `${HOST}/bucket/area.zip?X-Signature=${SIGNATURE}`, expiresAt: "2026-03-01T01:00:00Z" };
const at = (/** @type {number} */ version, /** @type {string} */ status) => ({ functionName: "area", version, status });
const file = new TextEncoder().encode("PK archive");
/** @type {import("clickhouse-cloud").CreateExecutableUdfVersionBody extends infer B ? Omit<B & object, "uploadId"> : never} */
const definition = { type: "executable", runtime: "python3.11", arguments: [{ name: "r", type: "Float64" }], returnType: "Float64" };
const steps = {
  get: "GET /udfs/area",
  open: "POST /udfUploads/url",
  put: `PUT ${HOST}/bucket/area.zip`,
  create: "POST /udfs",
  version: "POST /udfs/area/versions",
};
const accepted = () => new Response(null, { status: 200 });
const made = (/** @type {unknown} */ result) => () =>
  new Response(JSON.stringify({ status: 201, requestId: "r-1", result }), { status: 201 });

const table = (/** @type {Record<string, unknown[]>} */ other = {}) => ({
  [steps.get]: [gone, gone, at(1, "building"), at(1, "ready")],
  [steps.open]: [made(session)],
  [steps.put]: [accepted],
  [steps.create]: [made(at(1, "building"))],
  ...other,
});

test("a function from a file", async () => {
  const { cloud, asked, routes } = tabled(table());
  /** @type {string[]} */
  const states = [];
  const udf = await within(cloud.udfs.deploy("area", file, definition, { onProgress: ({ state }) => states.push(state) }));
  assert.deepEqual(udf, at(1, "ready"));
  assert.deepEqual(routes().slice(0, 4), [steps.get, steps.open, `${steps.put}?X-Signature=${SIGNATURE}`, steps.create]);
  assert.deepEqual(asked[3]?.body, { ...definition, uploadId: PIPE, functionName: "area" });
  assert.deepEqual(states, ["unknown", "building", "ready"]);
});

test("a definition with what a deployment adds itself is refused", async () => {
  for (const name of ["uploadId", "functionName"]) {
    const { cloud, routes } = tabled(table());
    const error = await rejection(cloud.udfs.deploy("area", file, /** @type {any} */ ({ ...definition, [name]: PIPE })));
    assert.ok(error instanceof ConfigurationError && error.message.includes(name), String(error));
    assert.deepEqual(routes(), []);
  }
});

test("nothing of the client reaches the upload's host", async () => {
  /** @type {string[]} */
  const hooks = [];
  const { cloud, asked } = tabled(table(), { headers: { "x-tenant": SECRET }, onRequest: (/** @type {any} */ { url }) => hooks.push(url) });
  await within(cloud.udfs.deploy("area", new Blob([file], { type: "application/zip" }), definition, { headers: { "x-trace": "t" } }));
  const put = asked.find(({ method }) => method === "PUT");
  assert.ok(put);
  assert.equal(put.url, session.uploadUrl);
  assert.deepEqual(Object.keys(put.init).sort(), ["body", "method", "redirect", "signal"]);
  assert.equal(put.init.body.type, "");
  assert.equal(await put.init.body.text(), "PK archive");
  assert.ok(hooks.every((url) => url.startsWith("https://api.clickhouse.cloud/")));
  // And as the runtime would send it.
  const request = new Request(put.url, put.init.body.size ? { method: "PUT", body: put.init.body } : {});
  assert.deepEqual([...request.headers.keys()], []);
  const bytes = tabled(table());
  await within(bytes.cloud.udfs.deploy("area", file.buffer, definition));
  assert.equal(bytes.asked[2]?.init.body, file.buffer);
});

test("a new version of a function that is there: older reads say nothing", async () => {
  const { cloud, asked, routes } = tabled(
    table({ [steps.get]: [at(3, "error"), at(3, "error"), at(4, "building"), at(4, "ready")], [steps.version]: [made(at(4, "building"))] }),
  );
  assert.deepEqual(await within(cloud.udfs.deploy("area", file, definition)), at(4, "ready"));
  assert.equal(routes()[3], steps.version);
  assert.deepEqual(asked[3]?.body, { ...definition, uploadId: PIPE });
});

test("a creation without a response is looked for, and not repeated", async () => {
  const found = tabled(
    table({ [steps.create]: [broken], [steps.get]: [gone, gone, at(1, "building"), at(1, "building"), at(1, "ready")] }),
  );
  assert.deepEqual(await within(found.cloud.udfs.deploy("area", file, definition)), at(1, "ready"));
  assert.equal(found.routes().filter((route) => route === steps.create).length, 1);

  const version = tabled(
    table({ [steps.version]: [() => refusal(502, "BAD_GATEWAY: no")], [steps.get]: [at(1, "ready"), at(1, "ready"), at(2, "error")] }),
  );
  const failed = await within(rejection(version.cloud.udfs.deploy("area", file, definition)));
  assert.ok(failed instanceof WaitError, String(failed));
  assert.deepEqual([failed.reason, failed.lastState], ["failed-state", "error"]);

  for (const get of [[gone], [at(1, "ready")], [gone, refusal(403, "FORBIDDEN: no")]]) {
    const lost = tabled(table({ [steps.create]: [broken], [steps.version]: [broken], [steps.get]: get }));
    const error = await within(rejection(lost.cloud.udfs.deploy("area", file, definition)));
    assert.ok(error instanceof ConnectionError, String(error));
    assert.equal(error.ambiguous, true);
    assert.equal(lost.routes().filter((route) => route.startsWith("POST /udfs")).length, 1);
    assert.ok(lost.elapsed() < 60_000);
  }

  const refused = tabled(table({ [steps.create]: [refusal(409, "CONFLICT: there is one")] }));
  assert.equal((await within(rejection(refused.cloud.udfs.deploy("area", file, definition)))).status, 409);
});

test("an upload that does not arrive creates nothing, and shows no address", async () => {
  const { uploadUrl } = session;
  for (const fails of [
    broken,
    () => new TypeError(`Failed to parse URL from ${uploadUrl}`),
    () => new Response(`<Error>${uploadUrl}</Error>`, { status: 403 }),
    () => new Response(null, { status: 302, headers: { location: uploadUrl } }),
  ]) {
    const { cloud, routes } = tabled(table({ [steps.put]: [fails] }));
    const error = await within(rejection(cloud.udfs.deploy("area", file, definition)));
    if (fails() instanceof Error) assert.ok(error instanceof ConnectionError && !error.ambiguous, String(error));
    assert.ok(error instanceof CloudError, String(error));
    assert.match(error.message, /^udfs\.deploy: the upload.*nothing was created: deploy again$/);
    for (const shown of [inspect(error, { depth: 9, showHidden: true }), JSON.stringify(error)])
      assert.ok(!shown.includes(SIGNATURE), shown);
    assert.equal(routes().length, 3);
  }
});

test("an abort and a deadline reach the upload", async () => {
  const hangs = (/** @type {any} */ { init }) =>
    new Promise((_, reject) => init.signal.addEventListener("abort", () => reject(init.signal.reason)));
  const controller = new AbortController();
  const reason = new Error("enough");
  const { cloud, asked } = tabled(table({ [steps.put]: [hangs] }));
  const deploying = cloud.udfs.deploy("area", file, definition, { signal: controller.signal });
  while (asked.length < 3) await new Promise((resolve) => setImmediate(resolve));
  controller.abort(reason);
  assert.equal(await rejection(deploying), reason);
  const late = tabled(table({ [steps.put]: [hangs] }));
  const error = await within(rejection(late.cloud.udfs.deploy("area", file, definition, { timeoutMs: 20 })));
  assert.ok(error instanceof ConnectionError);
  assert.match(error.message, /within 20 ms/);
});

test("what is wrong is refused before anything is sent", async () => {
  const { cloud, asked } = tabled(table());
  const deploy = (/** @type {any[]} */ ...given) => rejection(/** @type {any} */ (cloud.udfs.deploy)(...given));
  /** @type {any} */ (cloud.udfs).deploy = cloud.udfs.deploy.bind(cloud.udfs);
  const error = await deploy("a b", file, { ...definition, runtim: "native" });
  assert.ok(error instanceof RequestValidationError, String(error));
  assert.deepEqual(new Set(error.issues.map(({ path }) => path[1])), new Set(["functionName", "runtim"]));
  assert.ok((await deploy("area", file, undefined)) instanceof RequestValidationError);
  for (const wrong of ["text", undefined, {}, 7]) assert.ok((await deploy("area", wrong, definition)) instanceof ConfigurationError);
  assert.ok((await deploy("area", file, definition, { timeout: 1 })) instanceof ConfigurationError);
  assert.equal(asked.length, 0);
});

test("a build that fails says so", async () => {
  const { cloud } = tabled(table({ [steps.get]: [gone, at(1, "error")] }));
  const error = await within(rejection(cloud.udfs.deploy("area", file, definition)));
  assert.ok(error instanceof WaitError);
  assert.match(error.message, /^udfs\.deploy: waited for ready, but the state is error/);
});
