// @ts-check
// `schemas`: the contract's schemas in the form of Standard Schema V1.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { RequestValidationError, schemas } from "clickhouse-cloud";
import { made } from "./operations.mjs";
import { ID, SECRET, rejection, scripted, service, success } from "./support.mjs";

const contract = JSON.parse(readFileSync(new URL("../../pkg/dist/openapi.json", import.meta.url), "utf8"));
/** @typedef {keyof typeof schemas} Name */

/** @param {Name} name @param {unknown} value */
const check = (name, value) => {
  /** @type {any} */
  const result = schemas[name]["~standard"].validate(value);
  // Of a valid value it is there, too, and undefined.
  assert.ok(Object.hasOwn(result, "issues"));
  return result.issues ? result : { value: result.value };
};
/** @param {Name} name @param {unknown} value @returns {import("clickhouse-cloud").Issue[]} */
const issues = (name, value) => [...(check(name, value).issues ?? [])];
/** @param {Name} name @param {unknown} value */
const places = (name, value) =>
  issues(name, value)
    .map(({ path, code }) => `${path.join(".")}: ${code}`)
    .sort();

const body = { name: "events", provider: "aws", region: "eu-west-1", ipAccessList: [{ source: "203.0.113.0/24" }] };

test("they are those of the contract, by their names, and nothing else", () => {
  const names = Object.keys(contract.components.schemas).sort();
  assert.deepEqual(Object.keys(schemas), names);
  assert.ok("Service" in schemas);
  assert.ok(!("Servce" in schemas));
  for (const name of names) {
    const standard = schemas[/** @type {Name} */ (name)]["~standard"];
    assert.equal(standard.version, 1);
    assert.equal(standard.vendor, "clickhouse-cloud");
    assert.equal(standard, schemas[/** @type {Name} */ (name)]["~standard"]);
  }
});

test("each name is its own schema, as strict as its place asks for", () => {
  /** What requests reach. @type {Set<string>} */
  const requested = new Set();
  /** @param {any} value */
  const walk = (value) => {
    if (typeof value !== "object" || value === null) return;
    const name =
      String(value.$ref ?? "")
        .split("/")
        .at(-1) ?? "";
    if (name !== "" && !requested.has(name)) {
      requested.add(name);
      walk(contract.components.schemas[name]);
    }
    Object.values(value).forEach(walk);
  };
  for (const methods of Object.values(contract.paths)) {
    for (const operation of Object.values(methods)) walk([operation.parameters, operation.requestBody]);
  }
  assert.ok(requested.has("Tag") && !requested.has("Service"));
  for (const [name, schema] of Object.entries(contract.components.schemas)) {
    const key = /** @type {Name} */ (name);
    const strict = requested.has(name);
    // Valid values pass, and each constraint is violated once, as far as schemas check it.
    for (const value of [made.sample(schema, strict), made.full(schema, strict)]) assert.deepEqual(check(key, value), { value }, name);
    for (const { value, path, constraint } of made.breaks(schema, { request: strict, path: [] }, (value) => value)) {
      const found = places(key, value).map((place) => place.split(": ")[0]);
      assert.ok(found.includes(path.join(".")), `${name}: ${constraint} at ${path.join(".")} of ${JSON.stringify(value)}: ${found}`);
    }
    if (schema.type === "object") {
      const found = issues(key, { ...made.sample(schema, strict), nobody: 1 });
      const isOpen = schema.additionalProperties === true || typeof schema.additionalProperties === "object";
      if (!isOpen)
        assert.equal(
          found.some(({ code, path }) => code === "unknown" && path[0] === "nobody"),
          strict,
          name,
        );
      // Properties of its own are known, whatever else is wrong.
      for (const property of Object.keys(schema.properties ?? {})) {
        assert.ok(
          issues(key, { [property]: null }).every(({ code }) => code !== "unknown"),
          `${name}.${property}`,
        );
      }
    } else if (schema.enum !== undefined) {
      for (const value of schema.enum) assert.deepEqual(check(key, value), { value });
      assert.equal(issues(key, "nobody").length > 0, schema.type !== "string" || (strict && schema["x-open-enum"] !== true), name);
    }
  }
});

test("a body is checked as its request is, with paths from the body itself", async () => {
  const { cloud, calls } = scripted([success({ service, password: "x" })]);
  const broken = {
    name: "",
    provider: "amazon",
    ipAcessList: [],
    tags: [{ key: "env" }, { key: "a b" }],
    minReplicaMemoryGb: 16,
    maxReplicaMemoryGb: 8,
    backupId: "no uuid",
  };
  const error = await rejection(cloud.services.create(/** @type {any} */ (broken)));
  assert.ok(error instanceof RequestValidationError);
  assert.equal(calls.length, 0);
  assert.ok(error.issues.length >= 7);
  assert.deepEqual(
    issues("CreateServiceBody", broken),
    error.issues.map((issue) => ({ ...issue, path: issue.path.slice(1) })),
  );
  assert.deepEqual(check("CreateServiceBody", body), { value: body });
});

test("a response is checked as responses are", () => {
  const answer = { ...service, state: "levitating", tomorrow: [1], numReplicas: 99, tags: null };
  assert.deepEqual(check("Service", answer), { value: answer });
  assert.deepEqual(places("Service", { ...service, id: "x", state: 1, endpoints: [{ port: "1" }] }), [
    "endpoints.0.port: type",
    "id: format",
    "state: type",
  ]);
});

test("what JSON cannot hold is an issue, wherever it stands, and throws nothing", () => {
  /** @type {any} */
  const circle = { name: "events" };
  circle.self = circle;
  const thrower = {
    get name() {
      throw new Error("never");
    },
  };
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  for (const name of /** @type {Name[]} */ (["Service", "CreateServiceBody", "State", "ReplicaCount", "BackupBucket", "Region"])) {
    for (const value of [undefined, () => 1, Symbol("x"), NaN, Infinity, 1n, new Map(), thrower, proxy, { toJSON: () => undefined }]) {
      const found = issues(name, value);
      assert.deepEqual(
        found.map(({ path }) => path),
        [[]],
        name,
      );
      assert.equal(found[0]?.message, `expected ${found[0]?.expected}, received ${found[0]?.received}`);
    }
  }
  assert.deepEqual(
    issues("UpdateServiceBody", circle).map(({ path }) => path),
    [["self"]],
  );
  assert.equal(issues("UpdateServiceBody", circle)[0]?.received, "an object that holds itself");
  const lost = { ...body, numReplicas: NaN, idleScaling: () => true, tags: [{ key: "a" }, { key: "b", value: 1n }] };
  assert.deepEqual(places("CreateServiceBody", lost), ["idleScaling: type", "numReplicas: type", "tags.1.value: type"]);
  // Where null would count as absent, too; and beside all else that is wrong.
  assert.deepEqual(places("Service", { ...service, id: "x", numReplicas: -Infinity }), ["id: format", "numReplicas: type"]);
  assert.deepEqual(issues("Service", { ...service, numReplicas: NaN })[0]?.message, "expected a value that JSON can hold, received NaN");
});

test("a value that is nested deep is an issue with its whole path, and throws nothing", () => {
  for (const depth of [1_000, 100_000]) {
    /** @type {unknown[]} */
    let nest = [];
    for (let level = 0; level < depth; level++) nest = [nest];
    assert.equal(issues("CreateServiceBody", { ...body, tags: nest })[0]?.code, "type");
  }
  const answer = { ...service, tags: [{ key: "a", value: [[NaN, () => 1]] }] };
  assert.deepEqual(
    issues("Service", answer).map(({ path }) => path),
    [
      ["tags", 0, "value", 0, 0],
      ["tags", 0, "value", 0, 1],
      ["tags", 0, "value"],
    ],
  );
});

test("the value is what JSON holds of it", () => {
  const createdAt = new Date(0);
  assert.deepEqual(check("Service", { ...service, createdAt, byocId: undefined }), {
    value: { ...service, createdAt: createdAt.toISOString() },
  });
  // One object at two places is no circle.
  const entry = { source: "203.0.113.0/24" };
  assert.deepEqual(check("IpAccessListChange", { add: [entry], remove: [entry, entry] }), {
    value: { add: [entry], remove: [entry, entry] },
  });
  const hostile = JSON.parse('{ "__proto__": { "isPrimary": 1 } }');
  assert.deepEqual(places("IpAccessListEntry", { ...hostile, source: "::1", ["__proto__"]: 1 }), ["__proto__: unknown"]);
});

test("a secret is in no issue", () => {
  for (const [name, value] of /** @type {[Name, unknown][]} */ ([
    ["UpdateServicePasswordBody", { newPasswordHash: SECRET, newDoubleSha1Hash: SECRET }],
    ["UpdateServicePasswordBody", { password: SECRET }],
    ["CreateServiceResult", { service, password: [SECRET] }],
    ["CreateServiceResult", { service: { ...service, id: ID.slice(1) }, password: { value: SECRET } }],
  ])) {
    const found = issues(name, value);
    assert.notEqual(found.length, 0);
    assert.ok(!JSON.stringify(found).includes(SECRET), JSON.stringify(found));
  }
});
