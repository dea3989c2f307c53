// The contract's schemas as Standard Schemas.
import {
  schemas,
  type CreateServiceBody,
  type Issue,
  type SchemaResult,
  type Schemas,
  type Service,
  type StandardSchemaProps,
  type StandardSchemaV1,
} from "clickhouse-cloud";

same<typeof schemas.Service, StandardSchemaV1<Service>>();
same<typeof schemas.CreateServiceBody, StandardSchemaV1<CreateServiceBody, CreateServiceBody>>();
same<keyof typeof schemas, keyof Schemas>();
export const each = <Name extends keyof Schemas>(name: Name): StandardSchemaV1<Schemas[Name]> => schemas[name];

const standard = schemas.CreateServiceBody["~standard"];
same<typeof standard, StandardSchemaProps<CreateServiceBody>>();
same<typeof standard.version, 1>();
same<typeof standard.vendor, "clickhouse-cloud">();
same<NonNullable<typeof standard.types>["input"], CreateServiceBody>();
same<NonNullable<typeof standard.types>["output"], CreateServiceBody>();

const result = standard.validate({ name: "events" });
same<typeof result, SchemaResult<CreateServiceBody>>();
if (result.issues) {
  same<typeof result.issues, readonly Issue[]>();
  for (const { path, message } of result.issues) same<[typeof path, typeof message], [(string | number)[], string]>();
  // @ts-expect-error there is no value with issues
  result.value.name;
} else {
  same<typeof result.value, CreateServiceBody>();
}
// @ts-expect-error it may have issues
result.value.name;
// @ts-expect-error of what?
standard.validate();
// @ts-expect-error there is no such schema
schemas.Servce;
// @ts-expect-error the schemas are the contract's
schemas.Service = schemas.Tag;
// @ts-expect-error a service is no tag
export const wrong: StandardSchemaV1<Schemas["Tag"]> = schemas.Service;
