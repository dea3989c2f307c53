// @ts-check
// The generated methods, for a contract with features that today's lacks: sub-resources, a required query, a number in the path, an
// optional body, and an operation that is not stable.
import assert from "node:assert/strict";
import { test } from "node:test";
import { methods } from "../../scripts/methods.mjs";

const parameter = (/** @type {string} */ place, /** @type {string} */ name, /** @type {object} */ schema, required = true) => ({
  in: place,
  name,
  required,
  schema,
});
const text = { type: "string" };
const operation = (/** @type {string} */ name, /** @type {object} */ more = {}) => ({
  "x-name": name,
  summary: "Do it.",
  responses: { 200: { content: { "application/json": { schema: { properties: {} } } } } },
  ...more,
});
const answers = (/** @type {object} */ result) => ({ 200: { content: { "application/json": { schema: { properties: { result } } } } } });
const body = { content: { "application/json": { schema: { $ref: "#/components/schemas/Change" } } } };
const contract = {
  tags: [{ name: "clickPipes", description: "Pipes." }],
  components: {
    schemas: {
      Change: { type: "object" },
      Job: { type: "object", properties: { state: { $ref: "#/components/schemas/JobState" } } },
      JobState: { enum: ["on", "off"], "x-states": { ongoing: ["on"], reached: ["off"] } },
    },
  },
  paths: {
    "/pipes/{pipeId}": {
      get: operation("clickPipes.get", {
        "x-maturity": "beta",
        parameters: [parameter("path", "organizationId", text), parameter("path", "pipeId", text)],
      }),
    },
    "/pipes/{pipeId}/settings/{version}": {
      put: operation("clickPipes.settings.replace", {
        parameters: [
          parameter("path", "pipeId", text),
          parameter("path", "version", { type: "integer" }),
          parameter("query", "mode", { type: "string", enum: ["a", "b"] }),
        ],
        requestBody: { required: false, ...body },
      }),
    },
    "/stack/alerts": { get: operation("clickStack.alerts.list") },
    "/jobs": {
      get: operation("jobs.list", {
        "x-pages": { offset: "offset", limit: "limit" },
        parameters: [parameter("query", "offset", { type: "integer" }, false)],
        responses: answers({ type: "array", items: { $ref: "#/components/schemas/Job" } }),
      }),
    },
    "/jobs/{jobId}": {
      get: operation("jobs.get", {
        "x-waiter": { operation: "jobs.get", state: "state" },
        parameters: [parameter("path", "jobId", text)],
        responses: answers({ $ref: "#/components/schemas/Job" }),
      }),
    },
  },
};

const source = methods(contract, "hidden");

test("resources stand below others, by their names", async () => {
  const stub = "const KEPT = Symbol(); const hide = (owner, kept) => { owner[KEPT] = kept; }; const hidden = (owner) => owner[KEPT];";
  const own = source.replace('import { hidden, hide } from "hidden";', stub);
  const { Resources } = await import(`data:text/javascript,${encodeURIComponent(own)}`);
  /** @type {unknown[][]} */
  const calls = [];
  const note = (/** @type {unknown[]} */ ...given) => calls.push(given);
  const cloud = new Resources({ call: note, list: note, waitFor: note });
  cloud.clickPipes.get("p", { timeoutMs: 1 });
  cloud.clickPipes.settings.replace("p", 7, { mode: "a" });
  cloud.clickStack.alerts.list();
  cloud.jobs.list({ offset: 3 });
  cloud.jobs.waitFor("j", "off", { timeoutMs: 1 });
  assert.deepEqual(calls, [
    ["clickPipes.get", { path: { pipeId: "p" } }, { timeoutMs: 1 }],
    ["clickPipes.settings.replace", { path: { pipeId: "p", version: 7 }, query: { mode: "a" }, body: undefined }, undefined],
    ["clickStack.alerts.list", undefined, undefined],
    ["jobs.list", { query: { offset: 3 } }, undefined, { offset: "offset", limit: "limit" }],
    ["jobs.waitFor", { jobId: "j" }, "off", { timeoutMs: 1 }],
  ]);
});

test("their words and types are the contract's", () => {
  assert.match(source, /\/\*\* Pipes\. \*\/\n +this\.clickPipes = new ClickPipesResource\(inner\);/);
  assert.match(
    source,
    /\/\*\* The operations of `clickPipes\.settings`\. \*\/\n +this\.settings = new ClickPipesSettingsResource\(inner\);/,
  );
  assert.match(source, /\* \*\*Beta\*\*: the service may change it without notice\.\n[^]*?\* @beta\n/);
  assert.match(source, /@param \{number\} version/);
  assert.match(source, /@param \{ClickPipesSettingsReplaceQuery\} query The/);
  assert.match(source, /@param \{Change\} \[body\] The/);
  assert.match(source, /@returns \{PagePromise<Job\[\], Job>\}/);
  assert.match(source, /@template \{JobState \| "gone"\} \[S=JobState\]/);
});
