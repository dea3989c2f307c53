// @ts-check
// `make import` on made-up weeks, into copies of the contract: nothing that stands there changes, words stop the build until
// they are written, and then the contract has what was new.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { expand } from "../../scripts/drift/compiler.mjs";
import { drift } from "../../scripts/drift/report.mjs";
import { methods } from "../../scripts/methods.mjs";
import { schemaTypes } from "../../scripts/schema-types.mjs";
import { root } from "../../scripts/tools.mjs";
import { copy, document, file, insertBehind, operation, ORGANIZATION, textsOf } from "./documents.mjs";

/** @import { Json } from "./documents.mjs" */

/** @param {Json} document @param {string} project */
function importInto(project, document) {
  const args = [join(root, "scripts/import.mjs"), file(document), "--project", project];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: "utf8" });
  assert.equal(status, 0, stderr);
  return stdout;
}

/** A person writes the words. @param {string} project */
function fill(project) {
  for (const [name, text] of Object.entries(textsOf(project)))
    writeFileSync(join(project, "contract", name), text.replace(/"TODO[^"]*"/g, "Words."));
}

const text = { type: "string" };
const uuid = { type: "string", format: "uuid" };
const ref = (/** @type {string} */ name) => ({ $ref: `#/components/schemas/${name}` });

/** A week with something new of each kind, and with changes that are not new. */
function week() {
  const out = document();
  const { paths } = out;
  const { schemas } = out.components;
  insertBehind(schemas.ApiKey.properties, "name", "rotatedAt", { type: ["string", "null"], format: "date-time" });
  insertBehind(schemas.ApiKey.properties, "rotatedAt", "owner", ref("KeyOwner"));
  schemas.KeyOwner = { type: "object", required: ["id"], properties: { id: uuid, accessToken: text, region: ref("Region") } };
  // First of its object.
  schemas.Member.properties = { initials: text, ...schemas.Member.properties };
  // Lists on one line, and on several.
  schemas.Provider.enum.push("oracle");
  schemas.Region.enum.push("us-east-9", "europe-west9");
  const policy = { name: "policyId", in: "path", required: true, schema: uuid };
  const key = { name: "keyId", in: "path", required: true, schema: uuid };
  paths[`${ORGANIZATION}/keys/{keyId}/rotate`] = {
    post: operation("openapiKeyRotate", { parameters: [key], body: "RotateKey", result: ref("CreateApiKeyResult"), beta: true }),
  };
  schemas.RotateKey = {
    type: "object",
    required: ["newSecret"],
    properties: { newSecret: { type: "string", minLength: 8 }, owner: ref("KeyOwner") },
  };
  const limit = { name: "limit", in: "query", required: false, schema: { type: "integer", maximum: 50 } };
  paths[`${ORGANIZATION}/networkPolicies`] = {
    get: operation("policyList", { parameters: [limit], result: { type: "array", items: ref("NetworkPolicy") } }),
    post: operation("policyCreate", { body: "NetworkPolicy", result: ref("NetworkPolicy") }),
  };
  paths[`${ORGANIZATION}/networkPolicies/{policyId}`] = {
    get: operation("policyGet", { parameters: [policy], result: ref("NetworkPolicy") }),
    delete: operation("policyDelete", { parameters: [policy] }),
  };
  schemas.NetworkPolicy = {
    type: "object",
    required: ["name"],
    properties: { name: text, rules: { type: "array", items: ref("NetworkRule") } },
  };
  schemas.NetworkRule = {
    type: "object",
    properties: { cidr: text, effect: { type: "string", enum: ["allow", "deny"] }, parent: ref("NetworkRule") },
  };
  paths[`${ORGANIZATION}/services`].get.parameters.push({ name: "sort", in: "query", schema: { type: "string", enum: ["name", "age"] } });
  paths[`${ORGANIZATION}/keys`].get.parameters.push(limit);
  // Not new: these are left to people.
  schemas.ServiceName.maxLength = 60;
  delete schemas.ApiKey.properties.usedAt;
  return out;
}

test("every line stays; only a list on one line grows", () => {
  const project = copy();
  const before = textsOf(project);
  importInto(project, week());
  const after = textsOf(project);
  let grown = 0;
  for (const [name, text] of Object.entries(before)) {
    const lines = (after[name] ?? "").split("\n");
    let at = 0;
    for (const line of text.split("\n")) {
      let next = lines.indexOf(line, at);
      if (next < 0) {
        next = lines.findIndex((other, index) => index >= at && other.replace(", oracle", "") === line);
        grown++;
      }
      assert.ok(next >= at, `${name}: ${line}`);
      at = next + 1;
    }
  }
  assert.equal(grown, 1);
  assert.deepEqual(
    Object.keys(after).filter((name) => !(name in before)),
    ["network-policies.yaml"],
  );
});

test("the build stops at each missing word, with file and path", () => {
  const project = copy();
  const said = importInto(project, week());
  assert.match(said, /inserted operation keys\.rotate: POST .* into keys\.yaml/);
  assert.match(said, /inserted property ApiKey\.rotatedAt into keys\.yaml/);
  assert.match(said, /gone +keys\.list and \d+ more +ApiKey\.usedAt/);
  assert.match(said, /changed +.*ServiceName +maxLength +50 +60/);
  assert.throws(() => expand(project), /^Error: contract\/keys\.yaml: operations\.keys\.\w+\.[\w.]+: TODO/);
  const texts = textsOf(project);
  for (const name of ["keys.yaml", "members.yaml", "network-policies.yaml", "services.yaml"]) assert.match(texts[name] ?? "", /TODO/);
});

test("with the words written, the contract compiles and has what was new", () => {
  const project = copy();
  importInto(project, week());
  fill(project);
  const contract = expand(project);
  const { schemas } = contract.components;
  assert.deepEqual(Object.keys(schemas.ApiKey.properties).slice(0, 4), ["id", "name", "rotatedAt", "owner"]);
  assert.equal(Object.keys(schemas.Member.properties)[0], "initials");
  assert.deepEqual(schemas.Provider.enum, ["aws", "gcp", "azure", "oracle"]);
  assert.deepEqual(
    ["us-east-9", "europe-west9"].filter((value) => !schemas.Region.enum.includes(value)),
    [],
  );

  const rotate = contract.paths[`${ORGANIZATION}/keys/{keyId}/rotate`].post;
  assert.equal(rotate["x-name"], "keys.rotate");
  assert.equal(rotate["x-idempotency"], "unsafe");
  assert.equal(rotate["x-maturity"], "beta");
  const names = Object.values(contract.paths).flatMap((item) => Object.values(item).map((operation) => operation["x-name"]));
  for (const name of ["list", "create", "get", "delete"]) assert.ok(names.includes(`networkPolicies.${name}`));
  assert.deepEqual(
    contract.paths[`${ORGANIZATION}/networkPolicies`].get.parameters.map((/** @type {Json} */ one) => one.name),
    ["organizationId", "limit"],
  );

  // Nothing is required of results; requests keep what the service requires.
  assert.equal(schemas.KeyOwner.required, undefined);
  assert.equal(schemas.NetworkPolicy.required, undefined);
  assert.deepEqual(schemas.NetworkPolicyBody.required, ["name"]);
  assert.equal(schemas.RotateKey.properties.newSecret["x-secret"], true);
  assert.equal(schemas.KeyOwner.properties.accessToken["x-secret"], true);
  assert.equal(schemas.KeyOwner.properties.region.$ref, "#/components/schemas/Region");

  const { differences, unneeded } = drift(contract, week());
  assert.deepEqual(differences.map(({ place, keyword }) => `${place} ${keyword}`).sort(), [
    "ApiKey.usedAt property",
    "ServiceName maxLength",
  ]);
  assert.deepEqual(unneeded, []);
  const filled = textsOf(project);
  assert.match(importInto(project, week()), /Left to you/);
  assert.deepEqual(textsOf(project), filled);
});

test("a new operation is a method with its types and its words, without a line of JavaScript", async () => {
  const project = copy();
  importInto(project, week());
  fill(project);
  const contract = expand(project);
  const source = methods(contract, "hidden");
  assert.match(source, /this\.networkPolicies = new NetworkPoliciesResource\(inner\);/);
  assert.match(source, /`GET [^`]*\/networkPolicies`[^]*?@returns \{CloudPromise<NetworkPolicy\[\]>\}\n[^]*?list\(query, options\)/);
  assert.match(source, /@param \{NetworkPolicyBody\} \[?body/);
  const { text } = await schemaTypes(contract);
  assert.match(text, /\/\*\* Words\. \*\/\nexport interface NetworkPolicyBody \{/);
  assert.match(text, /"GET [^"]*\/networkPolicies": \{/);
});

test("a property in each object and a value in each enum come to their places", () => {
  const changed = document();
  /** @param {Json} schema */
  function visit(schema) {
    const inner = [...Object.values(schema.properties ?? {}), ...["oneOf", "anyOf", "allOf"].flatMap((key) => schema[key] ?? [])];
    for (const one of [...inner, schema.items].filter(Boolean)) visit(one);
    if (schema.properties) {
      const names = Object.keys(schema.properties);
      insertBehind(schema.properties, names[Math.floor(names.length / 2)] ?? "", "brandNew", text);
    }
    if (schema.enum?.length > 1 && schema.enum !== changed.components.schemas.Region.enum)
      schema.enum.push(typeof schema.enum[0] === "number" ? 77 : "brand_new");
  }
  for (const schema of Object.values(changed.components.schemas)) visit(schema);
  const project = copy();
  importInto(project, changed);
  fill(project);
  // What a new state means to a wait is for people to say, too: the build stops until they do.
  assert.throws(() => expand(project), /x-states: brand_new must have exactly one meaning/);
  for (const [name, text] of Object.entries(textsOf(project)))
    writeFileSync(join(project, "contract", name), text.replace(/\bongoing: \[/g, "$&brand_new, "));
  const { differences } = drift(expand(project), changed);
  // These deviate: people decide.
  assert.deepEqual(differences.map(({ place, keyword }) => `${place} ${keyword}`).sort(), [
    "ClickStackEmailAlertChannel.type enum",
    "ClickStackSelectItem.level enum",
    "ClickStackWebhookAlertChannel.type enum",
  ]);
});

test("where nothing is new, nothing is written", () => {
  const project = copy();
  const before = textsOf(project);
  assert.equal(importInto(project, document()), "");
  assert.deepEqual(textsOf(project), before);
});
