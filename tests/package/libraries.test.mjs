// @ts-check
// Libraries that accept Standard Schema, with the schemas of the packed tarball: a form and a router.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { sValidator } from "@hono/standard-validator";
import { FieldApi, FormApi } from "@tanstack/form-core";
import { Hono } from "hono";
import { installed } from "./consumer.mjs";

/** @type {typeof import("clickhouse-cloud")} */
const { schemas } = await import(join(installed, "dist/index.js"));

test("a form of TanStack shows each field its issues, and submits a body that keeps the contract", async () => {
  /** @type {import("clickhouse-cloud").CreateServiceBody[]} */
  const submitted = [];
  /** @type {import("clickhouse-cloud").CreateServiceBody} */
  const defaultValues = { name: "", provider: "aws", region: "eu-west-1", ipAccessList: [{ source: "203.0.113.0/33" }] };
  const form = new FormApi({
    defaultValues,
    validators: { onChange: schemas.CreateServiceBody },
    onSubmit: ({ value }) => void submitted.push(value),
  });
  const name = new FieldApi({ form, name: "name" });
  const source = new FieldApi({ form, name: "ipAccessList[0].source" });
  const unmount = [form, name, source].map((one) => one.mount());
  const messages = () => [name, source].map(({ state }) => state.meta.errors.map((error) => error?.message));

  await form.handleSubmit();
  assert.deepEqual(submitted, []);
  assert.deepEqual(messages(), [
    ['expected at least 1 character, received ""'],
    ['expected an IPv4 or IPv6 address, or a CIDR block, received "203.0.113.0/33"'],
  ]);

  name.handleChange("events");
  assert.deepEqual(
    messages().map((all) => all.length),
    [0, 1],
  );
  assert.equal(form.state.canSubmit, false);
  source.handleChange("203.0.113.0/24");
  assert.deepEqual(messages(), [[], []]);
  await form.handleSubmit();
  assert.deepEqual(submitted, [{ name: "events", provider: "aws", region: "eu-west-1", ipAccessList: [{ source: "203.0.113.0/24" }] }]);
  unmount.forEach((end) => end());
});

test("a field of a form takes one schema of the contract", () => {
  const form = new FormApi({ defaultValues: { replicas: 3 } });
  const field = new FieldApi({ form, name: "replicas", validators: { onChange: schemas.ReplicaCount } });
  const unmount = [form, field].map((one) => one.mount());
  // What an empty input of numbers gives.
  field.handleChange(NaN);
  assert.deepEqual(
    field.state.meta.errors.map((error) => error?.message),
    ["expected a value that JSON can hold, received NaN"],
  );
  field.handleChange(21);
  assert.deepEqual(
    field.state.meta.errors.map((error) => error?.message),
    ["expected at most 20, received 21"],
  );
  field.handleChange(20);
  assert.deepEqual(field.state.meta.errors, []);
  unmount.forEach((end) => end());
});

test("a router of Hono refuses what breaks the contract, and hands on what keeps it", async () => {
  const app = new Hono().patch("/services/:id/state", sValidator("json", schemas.UpdateServiceStateBody), (context) =>
    context.json(context.req.valid("json")),
  );
  /** @param {unknown} body */
  const send = async (body) => {
    const init = { method: "PATCH", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
    const response = await app.request("/services/1/state", init);
    return { status: response.status, answer: /** @type {any} */ (await response.json()) };
  };
  assert.deepEqual(await send({ command: "awake" }), { status: 200, answer: { command: "awake" } });
  const { status, answer } = await send({ command: "restart" });
  assert.equal(status, 400);
  assert.deepEqual(
    answer.error.map((/** @type {any} */ issue) => issue.path),
    [["command"]],
  );
});
