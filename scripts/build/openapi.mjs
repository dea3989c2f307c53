// @ts-check
// Phase 7: the files of the contract become one OpenAPI document: as the later phases read it, and as it is shipped.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { dist, fail, pkg, read, root, work, write } from "../tools.mjs";

const files = readdirSync(join(root, "contract"))
  .filter((name) => name.endsWith(".yaml"))
  .sort()
  .map((name) => `contract/${name}`);

/** @type {Record<string, any>} */
const whole = { openapi: "3.1.0", info: undefined, paths: {}, components: {} };

/**
 * @param {Record<string, unknown>} into
 * @param {Record<string, unknown> | undefined} from
 * @param {string} file
 */
function unite(into, from, file) {
  for (const [name, value] of Object.entries(from ?? {})) {
    if (name in into) fail(`${file}: ${name} stands in another file too`);
    into[name] = value;
  }
}

for (const file of files) {
  const { paths, components, openapi, info, ...rest } = parse(read(join(root, file)));
  if (openapi !== undefined) whole.openapi = openapi;
  if (info !== undefined) whole.info = info;
  unite(whole.paths, paths, file);
  for (const [kind, members] of Object.entries(components ?? {})) unite((whole.components[kind] ??= {}), members, file);
  for (const [name, value] of Object.entries(rest)) {
    if (name in whole && JSON.stringify(whole[name]) !== JSON.stringify(value)) fail(`${file}: another file has another ${name}`);
    whole[name] = value;
  }
}
// The contract has the package's version.
whole.info = { ...whole.info, version: JSON.parse(read(join(pkg, "package.json"))).version };

/**
 * An enum that grows as JSON Schema says it: its values, or another text. Tools of others know nothing of `x-open-enum`.
 *
 * @param {string} _
 * @param {any} schema
 */
function opened(_, schema) {
  if (schema?.["x-open-enum"] !== true || !Array.isArray(schema.enum)) return schema;
  const { enum: values, type, ...rest } = schema;
  return { ...rest, anyOf: [{ type, enum: values }, { type, pattern: "\\S" }] };
}

write(join(work, "contract.json"), `${JSON.stringify(whole)}\n`);
write(join(dist, "openapi.json"), `${JSON.stringify(whole, opened, 1)}\n`);
