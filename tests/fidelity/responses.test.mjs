// @ts-check
// ajv, a validator that knows nothing of this project, holds every response of the sandbox against the bundled document: all
// operations succeed in the tour, and all are refused in every way that they can be. `SPEC=file.json` does it with an official
// document, too.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { Sandbox } from "clickhouse-cloud/sandbox";
import { document as bundled, operations } from "../js/operations.mjs";
import { address, tour } from "./tour.mjs";

/** @import { Json } from "../js/samples.mjs" */
/** @import { Operation } from "../js/operations.mjs" */

const UNKNOWN = "00000000-0000-4000-8000-000000000000";
/** Formats of the contract's own, which ajv-formats does not have. `boolean` is a text there. */
const OWN_FORMATS = ["address", "sha256", "sha1", "boolean"];

/** Checks responses against a document. @param {Json} document */
function checker(document) {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  /** @type {any} */ (addFormats)(ajv);
  for (const format of OWN_FORMATS) ajv.addFormat(format, true);
  ajv.addSchema(document, "document");
  const pointer = (/** @type {string[]} */ ...steps) =>
    steps.map((step) => `/${encodeURIComponent(step.replaceAll("~", "~0").replaceAll("/", "~1"))}`).join("");

  /** The issues of a response; none: the document says nothing of its status. @param {Operation} operation @param {number} status @param {string} text */
  return ({ path, method }, status, text) => {
    const { responses } = document.paths[path][method.toLowerCase()];
    const declared = String(status) in responses ? String(status) : "default";
    const [media] = Object.keys(responses[declared]?.content ?? {});
    if (media === undefined) return undefined;
    if (!media.includes("json")) return [];
    const at = pointer("paths", path, method.toLowerCase(), "responses", declared, "content", media, "schema");
    const validate = ajv.getSchema(`document#${at}`);
    assert.ok(validate, at);
    return validate(JSON.parse(text)) ? [] : (validate.errors ?? []);
  };
}

const documents = { "the bundled document": bundled };
if (process.env.SPEC) Object.assign(documents, { [process.env.SPEC]: JSON.parse(readFileSync(process.env.SPEC, "utf8")) });

for (const [title, document] of Object.entries(documents)) {
  test(`every response is valid by ${title}`, { timeout: 300_000 }, async (t) => {
    const check = checker(document);
    const sandbox = new Sandbox({ rateLimit: false, scenario: "busy-team" });
    const { keyId, keySecret, organizationId } = sandbox.clientOptions;
    const authorization = `Basic ${btoa(`${keyId}:${keySecret}`)}`;
    /** The statuses that each operation has had. @type {Map<string, Set<number>>} */
    const met = new Map(operations.map(({ name }) => [name, new Set()]));
    /** @type {Set<string>} */
    const wrong = new Set();
    let responses = 0;

    const match = operations.map((operation) => ({
      operation,
      pattern: new RegExp(`^${operation.method} ${operation.path.replaceAll(/\{\w+\}/g, "[^/?]+")}(\\?|$)`),
    }));

    /** @param {string} method @param {string} path @param {unknown} [body] @param {Record<string, string>} [headers] */
    const send = async (method, path, body, headers = { authorization }) => {
      const sent = typeof body === "string" || body === undefined ? body : JSON.stringify(body);
      const response = await sandbox.fetch(`https://x${path}`, { method, headers, body: sent });
      const [status, text] = [response.status, await response.text()];
      const found = match.filter(({ pattern }) => pattern.test(`${method} ${path}`));
      // Of two that fit, the one with fewer parameters.
      const [operation] = found.map((one) => one.operation).sort((one, other) => one.inPath.length - other.inPath.length);
      assert.ok(operation, path);
      responses += 1;
      met.get(operation.name)?.add(status);
      for (const { instancePath, message, params } of check(operation, status, text) ?? []) {
        wrong.add(`${operation.name} ${status}: ${instancePath.replaceAll(/\d+/g, "0")} ${message} ${JSON.stringify(params)}`);
      }
      return { status, text };
    };

    /** Sends what each operation refuses. @param {Json} ids */
    const refuse = async (ids) => {
      for (const operation of operations) {
        const { method, inPath, inQuery, body } = operation;
        const right = address(operation, ids);
        await send(method, right, body && {}, {});
        for (const { name } of inPath) {
          const id = /^[\da-f-]{36}$/.test(ids[name]) ? UNKNOWN : "unknown";
          await send(method, address(operation, { ...ids, [name]: id }), body && {});
        }
        if (body !== undefined) for (const text of ["", "{", "[]", "null", '{"unknown":1}']) await send(method, right, text);
        for (const { name } of inQuery) await send(method, address(operation, { ...ids, [name]: "\u0000" }), body && {});
        for (const fault of /** @type {const} */ (["rate-limited", "server-error"])) {
          sandbox.inject({ fault, times: 1 });
          await send(method, right, body && {});
        }
      }
    };

    const { ids, build, use, remove } = tour({
      ...{ organizationId, send },
      advance: (ms) => sandbox.advance(ms),
      now: () => sandbox.state().now,
      upload: (url) => sandbox.fetch(url, { method: "PUT", body: "archive" }),
    });
    await build();
    const built = sandbox.snapshot();
    await refuse(ids);
    sandbox.restore(built);
    await use();
    await remove();
    await refuse(ids);

    t.diagnostic(`${responses} responses, ${met.size} operations`);
    assert.deepEqual([...wrong].sort(), []);
    assert.equal(met.size, operations.length);
    for (const { name, status, inPath, body } of operations) {
      const statuses = [...(met.get(name) ?? [])];
      for (const expected of [status, 401, 429, 500]) assert.ok(statuses.includes(expected), `${name}: ${statuses}`);
      // A body that is wrong is refused before its resource is looked for.
      const unknown = body === undefined ? [403, 404] : [400, 403, 404];
      if (inPath.length > 0)
        assert.ok(
          unknown.some((each) => statuses.includes(each)),
          `${name}: ${statuses}`,
        );
    }
  });
}
