// @ts-check
// `make drift` on made-up weeks of the service: what it reports, what it takes as decided, and docs/drift.md.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { expand } from "../../scripts/drift/compiler.mjs";
import { drift, page, table } from "../../scripts/drift/report.mjs";
import { operationsOf } from "../../scripts/document.mjs";
import { root } from "../../scripts/tools.mjs";
import { contract, copy, document, file, insertBehind, operation, ORGANIZATION } from "./documents.mjs";

/** @import { Json } from "./documents.mjs" */

/** The differences of a document that a test has changed. @param {(document: Json, schemas: Json) => void} change */
function week(change) {
  const changed = document();
  change(changed, changed.components.schemas);
  const report = drift(contract, changed);
  return { ...report, found: report.differences.map(({ place, keyword, contract, document }) => [place, keyword, contract, document]) };
}

/** @param {...string} args */
const command = (...args) => spawnSync(process.execPath, [join(root, "scripts/drift.mjs"), ...args], { cwd: root, encoding: "utf8" });

test("a document that is as the deviations say has no difference, and each deviation is needed", () => {
  const report = week(() => {});
  assert.deepEqual(report.found, []);
  assert.deepEqual(report.unneeded, []);
  assert.ok(report.marked > 0);
});

test("a week: limit, type, property, format, enum, nullability and deprecation", () => {
  const { found } = week((_, schemas) => {
    schemas.ServiceName.maxLength = 60;
    schemas.UsageCost.properties.grandTotalCHC.type = "string";
    delete schemas.ApiKey.properties.usedAt;
    insertBehind(schemas.ApiKey.properties, "name", "owner", { type: "string" });
    schemas.ApiKey.properties.createdAt.format = "date";
    schemas.Provider.enum = ["aws", "gcp", "oracle"];
    schemas.ApiKey.properties.expireAt.type = "string";
    schemas.Member.properties.email.deprecated = true;
  });
  const expected = [
    ["ApiKey", "properties.owner", undefined, "string"],
    ["ApiKey.createdAt", "format", "date-time", "date"],
    ["ApiKey.expireAt", "nullable", true, false],
    ["ApiKey.usedAt", "property", "string", undefined],
    ["Member.email", "deprecated", undefined, true],
    ["Provider", "enum", ["aws", "gcp", "azure"], ["aws", "gcp", "oracle"]],
    ["ServiceName", "maxLength", 50, 60],
    ["UsageCost.grandTotalCHC", "type", "number", "string"],
  ];
  assert.deepEqual(found.sort(), expected.sort());
});

test("a week: operations, parameters, bodies and results", () => {
  const { found } = week((document) => {
    const { paths } = document;
    delete paths[`${ORGANIZATION}/invitations/{invitationId}`].get;
    paths[`${ORGANIZATION}/keys/{keyId}/rotate`] = { post: operation("openapiKeyRotate", {}) };
    const keys = paths[`${ORGANIZATION}/keys`];
    keys.get.operationId = "keysGetList";
    keys.get["x-maturity"] = ["Beta"];
    keys.get.deprecated = true;
    keys.get.parameters.push({ name: "limit", in: "query", schema: { type: "integer" } });
    keys.post.responses = { 201: keys.post.responses[200] };
    delete paths[`${ORGANIZATION}/keys/{keyId}`].patch.requestBody;
    delete paths[`${ORGANIZATION}/members`].get.responses[200].content["application/json"].schema.properties.result;
    // Moved: the same operation on another path.
    paths["/v1/members"] = { get: paths[`${ORGANIZATION}/members/{userId}`].get };
    delete paths[`${ORGANIZATION}/members/{userId}`].get;
  });
  const expected = [
    ["invitations.get", "operation", `GET ${ORGANIZATION}/invitations/{invitationId}`, undefined],
    ["openapiKeyRotate", "operation", undefined, `POST ${ORGANIZATION}/keys/{keyId}/rotate`],
    ["keys.list", "id", "openapiKeyGetList", "keysGetList"],
    ["keys.list", "maturity", undefined, "beta"],
    ["keys.list", "deprecated", false, true],
    ["keys.list", "parameter ?limit", undefined, "integer"],
    ["keys.create", "status", "200", "201"],
    ["keys.update", "body", "application/json", undefined],
    ["members.list", "result", "array of object", undefined],
    ["members.get", "route", "GET /v1/organizations/{}/members/{}", "GET /v1/members"],
  ];
  assert.deepEqual(found.sort(), expected.sort());
});

test("a schema that many operations use is one difference", () => {
  const { differences } = week((_, schemas) => void (schemas.ServiceName.maxLength = 60));
  assert.equal(differences.length, 1);
  assert.ok((differences[0]?.operations.length ?? 0) > 3);
  assert.match(table(week((_, schemas) => void (schemas.ServiceName.maxLength = 60))), /services\.\w+ and \d+ more/);
});

test("schemas need no common names", () => {
  const renamed = JSON.parse(JSON.stringify(document()).replace(/(#\/components\/schemas\/)(\w+)/g, "$1Official$2"));
  renamed.components.schemas = Object.fromEntries(
    Object.entries(renamed.components.schemas).map(([name, schema]) => [`Official${name}`, schema]),
  );
  const report = drift(contract, renamed);
  assert.deepEqual(report.differences, []);
  assert.deepEqual(report.unneeded, []);
});

test("a variant in the middle of a union is one difference", () => {
  const unions = Object.entries(document().components.schemas).filter(([, schema]) => (schema.oneOf?.length ?? 0) > 2);
  assert.ok(unions.length > 0);
  for (const [name] of unions) {
    const { found } = week(
      (_, schemas) =>
        void schemas[name].oneOf.splice(1, 0, {
          type: "object",
          properties: { kind: { type: "string", const: "new" } },
          required: ["kind"],
        }),
    );
    assert.deepEqual([...new Set(found.map(([, keyword]) => keyword))], ["variant kind: new"], name);
  }
});

test("an open enum may be written as one or beside any text", () => {
  const { found } = week((_, schemas) => {
    const { enum: values, type, ...rest } = schemas.Region;
    schemas.Region = {
      ...rest,
      anyOf: [
        { type, enum: values },
        { type: "string", pattern: "\\S" },
      ],
    };
  });
  assert.deepEqual(found, []);
});

test("what holds everywhere is a rule, not a difference", () => {
  const { found, ruled } = week((document, schemas) => {
    schemas.Activity.required = ["id", "type"];
    delete schemas.UpdateApiKeyBody.minProperties;
    for (const { operation } of operationsOf(document)) {
      if (operation.requestBody) operation.requestBody.required = false;
      const { content } = operation.responses[200] ?? { content: {} };
      if (content["text/plain"]) operation.responses[200].content = { "text/plain; charset=UTF-8": content["text/plain"] };
      for (const { schema } of operation.parameters ?? []) if (schema.format === "uuid") schema.pattern = "^[0-9a-f-]*$";
    }
    for (const text of [schemas.ClickStackDashboard.properties.savedQueryLanguage])
      if (text.enum) text.enum = text.enum.filter((/** @type {unknown} */ value) => value !== null);
  });
  assert.deepEqual(found, []);
  for (const name of [
    "`required` in results",
    "required bodies",
    "`minProperties: 1` of changes",
    "media types without parameters",
    "no pattern beside `format: uuid`",
  ])
    assert.ok((ruled.get(name) ?? 0) > 0, name);
});

test("a mark covers what it says, and nothing else", () => {
  const { found, unneeded } = week((_, schemas) => {
    // Another official value than the marked one, and none where one is marked.
    schemas.ClickStackEmailAlertChannel.properties.type.enum.push("pager");
    schemas.IdleTimeoutMinutes.minimum = 5;
    schemas.IdleTimeoutMinutes.maximum = 60;
  });
  assert.deepEqual(found.map(([place, keyword]) => `${place} ${keyword}`).sort(), [
    "ClickStackEmailAlertChannel.type enum",
    "IdleTimeoutMinutes maximum",
  ]);
  assert.deepEqual(unneeded.map(({ place, keyword }) => `${place} ${keyword}`).sort(), [
    "ClickStackEmailAlertChannel.type enum",
    "IdleTimeoutMinutes minimum",
  ]);
});

test("an operation and a path parameter may deviate, too", () => {
  const project = copy();
  const path = join(project, "contract/keys.yaml");
  const text = readFileSync(path, "utf8")
    .replace(
      "    id: openapiKeyGetList\n",
      '    id: openapiKeyGetList\n    deviation: { maturity: { official: beta, reason: "It has been stable for years." } }\n',
    )
    .replace("keyId: { type: string,", 'keyId: { type: string, x-deviation: { format: "The official one is a text." },');
  writeFileSync(path, text);
  const marked = expand(project);
  const report = (/** @type {(document: Json) => void} */ change) => {
    const changed = document();
    change(changed);
    const { differences, unneeded } = drift(marked, changed);
    return [differences.length, unneeded.map(({ place, keyword }) => `${place} ${keyword}`)];
  };
  const official = (/** @type {Json} */ document) => {
    document.paths[`${ORGANIZATION}/keys`].get["x-maturity"] = ["Beta"];
    for (const { operation } of operationsOf(document))
      for (const one of operation.parameters ?? []) if (one.name === "keyId") delete one.schema.format;
  };
  assert.deepEqual(report(official), [0, []]);
  assert.deepEqual(
    report(() => {}),
    [0, ["keys.list maturity", ":keyId format"]],
  );
});

test("the command: exit codes, the table and JSON", () => {
  const same = file(document());
  const none = command(same);
  assert.equal(none.status, 0, none.stderr);
  assert.match(none.stdout, /^0 differences; \d+ marked deviations; \d+ by the rules/);
  const changed = document();
  changed.components.schemas.ServiceName.maxLength = 60;
  const some = command(file(changed));
  assert.equal(some.status, 1);
  assert.match(some.stdout, /changed +services\.\w+ and \d+ more +ServiceName +maxLength +50 +60\n/);
  const json = command(file(changed), "--json");
  assert.equal(json.status, 1);
  const [difference] = JSON.parse(json.stdout).differences;
  assert.deepEqual(
    { ...difference, operations: undefined },
    { kind: "changed", operations: undefined, place: "ServiceName", keyword: "maxLength", contract: 50, document: 60 },
  );
  for (const unreadable of [file("{"), file({ openapi: "3.1.0" }), join(root, "no-such-file.json")]) {
    const result = command(unreadable);
    assert.equal(result.status, 2, unreadable);
    assert.notEqual(result.stderr, "");
    assert.doesNotMatch(result.stderr, /\n\s+at /);
  }
  const lost = document();
  delete lost.components.schemas.ApiKey;
  assert.equal(command(file(lost)).status, 2);
});

test("docs/drift.md is rendered from the contract", () => {
  const path = join(root, "docs/drift.md");
  if (process.env.UPDATE_DOCS) writeFileSync(path, page(contract));
  assert.equal(readFileSync(path, "utf8"), page(contract), "`make drift` rewrites it");
});
