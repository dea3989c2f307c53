// Libraries that speak Standard Schema take the contract's schemas as they are, and know their types.
import { sValidator } from "@hono/standard-validator";
import type { StandardSchemaV1 as Published } from "@standard-schema/spec";
import { FormApi } from "@tanstack/form-core";
import { CloudClient, schemas, type CreateServiceBody, type Service, type StandardSchemaV1 } from "clickhouse-cloud";
import { Hono } from "hono";

// The interface as it is published.
export const published: Published<CreateServiceBody> = schemas.CreateServiceBody;
same<Published.InferOutput<typeof schemas.Service>, Service>();
same<Published.InferInput<StandardSchemaV1<Service>>, Service>();
// @ts-expect-error a service is no body
export const wrong: Published<CreateServiceBody> = schemas.Service;

// A form.
const defaultValues: CreateServiceBody = { name: "", provider: "aws" };
export const form = new FormApi({
  defaultValues,
  validators: { onChange: schemas.CreateServiceBody },
  onSubmit: ({ value }) => new CloudClient().services.create(value),
});
// @ts-expect-error this form is of something else
export const other = new FormApi({ defaultValues: { nickname: 1 }, validators: { onChange: schemas.CreateServiceBody } });

// A router.
export const app = new Hono().post("/services", sValidator("json", schemas.CreateServiceBody), async (context) => {
  const body = context.req.valid("json");
  const region: string | undefined = body.region;
  const { service } = await new CloudClient().services.create(body);
  // @ts-expect-error there is no such property
  body.regoin;
  return context.json({ id: service.id, region });
});
