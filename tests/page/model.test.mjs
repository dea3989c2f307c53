// @ts-check
// The forms of the console against the contract and the client: every operation has a form, and what is filled in is valid.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { CloudClient } from "clickhouse-cloud";
import { build } from "esbuild";

/** @typedef {import("../../www/src/forms/model.ts").Form} Form */
/** @typedef {import("../../www/src/forms/model.ts").Field} Field */

/** Loads modules of the page, which are TypeScript. */
async function load() {
  const { outputFiles } = await build({
    stdin: {
      contents: ["contract", "model", "value", "program"].map((name) => `export * from "./forms/${name}.ts";`).join("\n"),
      resolveDir: new URL("../../www/src", import.meta.url).pathname,
    },
    bundle: true,
    write: false,
    format: "esm",
    external: ["clickhouse-cloud", "clickhouse-cloud/*"],
  });
  const [{ text }] = /** @type {[{ text: string }]} */ (/** @type {unknown} */ (outputFiles));
  return import(`data:text/javascript,${encodeURIComponent(text)}`);
}

const { contractOf, formOf, label, initial, variantOf, withProperty, masked, program } = /** @type {
  typeof import("../../www/src/forms/contract.ts") & typeof import("../../www/src/forms/model.ts") &
  typeof import("../../www/src/forms/value.ts") & typeof import("../../www/src/forms/program.ts")
} */ (await load());
const document = JSON.parse(readFileSync(new URL("../../pkg/dist/openapi.json", import.meta.url), "utf8"));
const contract = contractOf(document);
const organizationId = "5a9db0c5-0000-4000-8000-000000000001";
/** @type {{ url: string, method: string, body: string | undefined }[]} */
const sent = [];
const cloud = new CloudClient({
  keyId: "id",
  keySecret: "secret",
  organizationId,
  retryBudgetMs: 0,
  rateLimit: false,
  async fetch(url, { method, body }) {
    sent.push({ url, method, body });
    return new Response("", { status: 400 });
  },
});

/** @param {Form} form @param {(form: Form, path: string) => void} visit @param {string} path @param {number} depth */
function walk(form, visit, path = "", depth = 0) {
  if (depth > 12) return;
  visit(form, path);
  if (form.kind === "object") for (const { name, form: inner } of form.fields) walk(inner, visit, `${path}.${name}`, depth + 1);
  if (form.kind === "list") walk(form.item, visit, `${path}[]`, depth + 1);
  if (form.kind === "map") walk(form.value, visit, `${path}{}`, depth + 1);
  if (form.kind === "union") for (const variant of form.variants) walk(variant.form, visit, `${path}|${variant.label}`, depth + 1);
}

/** A text that suits a name or a description of the contract. @param {Extract<Form, { kind: "text" }>} form @param {string} name */
function sampleText(form, name) {
  const { format, help = "" } = form;
  if (format === "uuid") return "0f8fad5b-d9cb-469f-a165-70867728950e";
  if (format === "date-time") return "2026-11-01T00:00:00Z";
  if (format === "date") return "2026-11-01";
  if (format === "email") return "ann@example.com";
  if (format === "url") return "https://example.com/hook";
  if (format === "address") return name === "source" ? "203.0.113.0/24" : "db.example.com";
  if (name === "newPasswordHash") return "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
  if (/Hash|sha/i.test(name)) return "0123456789012345678901234567890123456789";
  if (form.secret) return "Abcdefghijkl123";
  if (/color/i.test(name)) return "#ffffff";
  if (/UUID/i.test(help)) return "0f8fad5b-d9cb-469f-a165-70867728950e";
  return "abc";
}

/**
 * Fills in what is required, and with `all` everything to a certain depth.
 *
 * @param {Form} form
 * @param {string} name
 * @returns {any}
 */
function fill(form, name = "", depth = 0) {
  switch (form.kind) {
    case "text":
      return sampleText(form, name);
    case "choice":
      return form.options[0];
    case "number":
      return form.min ?? form.step ?? 1;
    case "boolean":
      return true;
    case "constant":
      return form.value;
    case "list":
      return Array.from({ length: Math.max(1, form.minItems) }, () => fill(form.item, name, depth + 1));
    case "map":
      return { abc: fill(form.value, name, depth + 1) };
    case "union":
      return fill(/** @type {Form} */ (form.variants[0]?.form), name, depth + 1);
    case "json":
      return {};
    case "object":
      return Object.fromEntries(
        form.fields.filter(({ required }) => required).map((field) => [field.name, fill(field.form, field.name, depth + 1)]),
      );
    default:
      return assert.fail(`no value for ${form.kind}`);
  }
}

/** What the client finds wrong. @param {string} route @param {any} parameters @returns {{ path: (string | number)[], code: string, message: string }[]} */
function issues(route, parameters) {
  try {
    cloud.buildRequest(/** @type {any} */ (route), parameters);
    return [];
  } catch (error) {
    return /** @type {any} */ (error).issues ?? assert.fail(String(error));
  }
}

/** The field at a path. @param {Form | undefined} form @param {(string | number)[]} path @returns {Form | undefined} */
function at(form, [name, ...rest]) {
  if (name === undefined || form === undefined) return form;
  if (form.kind === "object") return at(form.fields.find((field) => field.name === name)?.form, rest);
  if (form.kind === "list") return at(form.item, rest);
  if (form.kind === "union") return form.variants.map((variant) => at(variant.form, [name, ...rest])).find(Boolean);
  return undefined;
}

/** @param {any} target @param {(string | number)[]} path @param {unknown} value */
function put(target, path, value) {
  const last = /** @type {string} */ (path.at(-1));
  const inner = path.slice(0, -1).reduce((object, name) => (object[name] ??= {}), target);
  inner[last] = value;
}

const fieldsOf = (/** @type {readonly Field[]} */ fields) =>
  Object.fromEntries(
    fields.filter(({ required, name }) => required && name !== "organizationId").map(({ name, form }) => [name, fill(form, name)]),
  );

test("every operation of the contract has a form", () => {
  assert.equal(contract.operations.size, Object.values(document.paths).flatMap(Object.keys).length);
  assert.equal(contract.operations.size, contract.resources.flatMap(({ operations }) => operations).length);
  const kinds = new Set();
  for (const { name, body, pathFields, queryFields } of contract.operations.values()) {
    const forms = [...pathFields, ...queryFields].map(({ form }) => form);
    for (const form of body === undefined ? forms : [...forms, body]) {
      walk(form, ({ kind }, path) => {
        kinds.add(kind);
        assert.notEqual(kind, "unknown", `${name}: ${path}`);
      });
    }
  }
  assert.deepEqual([...kinds].sort(), ["boolean", "choice", "constant", "json", "list", "map", "number", "object", "text", "union"]);
});

test("every issue of an empty request has its field, and the request that is filled in is valid", () => {
  for (const operation of contract.operations.values()) {
    const { name, method, path, body } = operation;
    const route = `${method} ${path}`;
    const request = {
      path: fieldsOf(operation.pathFields),
      query: fieldsOf(operation.queryFields),
      ...(body !== undefined && { body: fill(body) }),
    };
    // Rules between properties name the property that is missing: it is filled in, too.
    for (let round = 0; round < 5; round += 1) {
      for (const issue of issues(route, request)) {
        const [place, ...rest] = issue.path;
        assert.equal(place, "body", `${name}: ${issue.message}`);
        const form = at(body, rest);
        assert.ok(form, `${name}: no field at ${issue.path.join(".")}`);
        if (issue.code === "required") put(request, issue.path, fill(form, String(rest.at(-1))));
        else if (form.kind === "object") {
          const [first] = form.fields.filter(({ form, deprecated }) => form.kind !== "constant" && !deprecated);
          if (first !== undefined) put(request, [...issue.path, first.name], fill(first.form, first.name));
        }
      }
    }
    assert.deepEqual(issues(route, request), [], name);
  }
});

test("the program of a request sends that request", async () => {
  for (const operation of contract.operations.values()) {
    const { name, method, path, body } = operation;
    const request = {
      path: { ...fieldsOf(operation.pathFields), ...(operation.resource === "organizations" && { organizationId }) },
      query: Object.fromEntries(
        operation.queryFields.map(({ name, form }) => [name, form.kind === "list" ? ["tag:abc"] : fill(form, name)]),
      ),
      body: body === undefined ? undefined : fill(body),
    };
    for (const { name } of operation.pathFields)
      if (name === "organizationId" && path === "/v1/organizations") delete request.path.organizationId;
    if (issues(`${method} ${path}`, request).length > 0) continue;
    const built = cloud.buildRequest(/** @type {any} */ (`${method} ${path}`), /** @type {any} */ (request));
    sent.length = 0;
    const text = program(operation, request).split("\n").slice(3).join("\n");
    // A secret is a variable of the environment there.
    for (const [, variable] of text.matchAll(/process\.env\.(\w+)/g)) process.env[String(variable)] = "Abcdefghijkl123";
    const run = new Function("cloud", `return (async () => { ${text} })()`);
    await assert.rejects(run(cloud));
    assert.deepEqual(sent, [{ url: built.url, method, body: built.body }], `${name}\n${text}`);
  }
});

test("names read as words", () => {
  assert.equal(label("minReplicaMemoryGb"), "Min replica memory GB");
  assert.equal(label("ipAccessList"), "IP access list");
  assert.equal(label("from_date"), "From date");
  assert.equal(label("clickPipes"), "ClickPipes");
  assert.equal(label("dataWarehouseId"), "Data warehouse ID");
  assert.equal(label("vpcResourceShareArn"), "VPC resource share ARN");
});

test("a schema becomes the control that suits it", () => {
  const schemas = document.components.schemas;
  const body = formOf({ $ref: "#/components/schemas/CreateServiceBody" }, schemas);
  const field = (/** @type {string} */ name) => {
    const found = body.kind === "object" ? body.fields.find((each) => each.name === name) : undefined;
    return found ?? assert.fail(name);
  };
  assert.deepEqual([field("name").required, field("region").required, field("tier").deprecated], [true, false, true]);
  const { form: memory } = field("minReplicaMemoryGb");
  assert.ok(memory.kind === "number" && memory.min === 8 && memory.max === 356 && memory.step === 4);
  const { form: region, groupedBy } = field("region");
  assert.ok(region.kind === "choice" && region.open && region.groups?.aws !== undefined && groupedBy === "provider");
  assert.equal(field("backupId").form.kind === "text" && /** @type {any} */ (field("backupId").form).format, "uuid");
  assert.equal(field("tags").form.kind, "list");
  const expiry = at(contract.operations.get("keys.create")?.body, ["expireAt"]);
  assert.ok(expiry?.kind === "text" && expiry.format === "date-time" && expiry.nullable);
  const tile = at(contract.operations.get("clickStack.dashboards.create")?.body, ["tiles", 0, "config"]);
  assert.ok(tile?.kind === "union");
  assert.deepEqual(tile.variants.map(({ label }) => label).slice(0, 3), ["Line", "Stacked bar", "Table"]);
  const [line] = tile.variants;
  assert.ok(line?.form.kind === "union");
  assert.deepEqual(
    line.form.variants.map(({ label }) => label),
    ["Builder", "Raw SQL"],
  );
});

test("only what was entered is there, and a variant is known by its constants", () => {
  const body = contract.operations.get("backups.bucket.create")?.body;
  assert.ok(body?.kind === "union");
  assert.deepEqual(
    body.variants.map(({ label, form }) => [label, initial(form)]),
    [
      ["AWS", { bucketProvider: "AWS" }],
      ["GCP", { bucketProvider: "GCP" }],
      ["Azure", { bucketProvider: "AZURE" }],
    ],
  );
  assert.equal(variantOf(body, { bucketProvider: "GCP", bucketPath: "x" }), 1);
  assert.equal(variantOf(body, {}), undefined);
  assert.deepEqual(Object.entries(withProperty({ a: 1, b: 2 }, "a", 3)), [
    ["a", 3],
    ["b", 2],
  ]);
  assert.deepEqual(withProperty({ a: 1, b: 2 }, "a", undefined), { b: 2 });
  assert.deepEqual(
    masked(body, { bucketProvider: "GCP", secretAccessKey: "s" }, (path) => path.join(".")),
    {
      bucketProvider: "GCP",
      secretAccessKey: "secretAccessKey",
    },
  );
});
