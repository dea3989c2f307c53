// @ts-check
// The SDK that @hey-api/openapi-ts generates from openapi.json, with its zod checks of requests and responses.
import { existsSync, statSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const contract = fileURLToPath(new URL("../../pkg/dist/openapi.json", import.meta.url));
/** Inside of the peers' folder, where its imports of zod are found. */
const folder = fileURLToPath(new URL("node_modules/.sdk/", import.meta.url));

/** Generates it, unless it is newer than the contract. Returns its folder, with index.ts, sdk.gen.ts, client.gen.ts and zod.gen.ts. */
export async function generated() {
  const done = `${folder}done`;
  if (existsSync(done) && statSync(done).mtimeMs > statSync(contract).mtimeMs) return folder;
  /** Not checked: it is there only once the peers are installed. @type {string} */
  const generator = "@hey-api/openapi-ts";
  const { createClient } = await import(generator);
  await createClient({
    input: contract,
    output: { path: folder },
    plugins: ["@hey-api/client-fetch", { name: "@hey-api/sdk", validator: true }, "zod"],
    logs: { level: "silent", file: false },
  });
  writeFileSync(done, "");
  return folder;
}

/** The whole SDK as one module of JavaScript, whose imports of zod remain; its path. */
export async function bundled() {
  const outfile = `${await generated()}index.js`;
  const contents = `export * from "./sdk.gen.ts"; export { client } from "./client.gen.ts";`;
  await build({
    stdin: { contents, resolveDir: folder, loader: "ts" },
    ...{ outfile, bundle: true, format: "esm", target: "es2022", packages: "external", logLevel: "error" },
  });
  return outfile;
}
