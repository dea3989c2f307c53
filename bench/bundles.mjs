// @ts-check
// Table d: the bytes of two applications, bundled and minified by esbuild, after brotli and gzip: one that works with services, and one
// that uses every operation.
//
//     npm ci --prefix bench/peers && node bench/bundles.mjs
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { build } from "esbuild";
import { isProgram } from "./lib/node.mjs";
import { number, print } from "./lib/table.mjs";
import { generated } from "./peers/sdk.mjs";

const peers = fileURLToPath(new URL("peers/", import.meta.url));
const root = fileURLToPath(new URL("../", import.meta.url));
const WHAT = /** @type {const} */ (["services", "everything"]);
const RETRY = `export { default as pRetry } from "p-retry"; export { default as pThrottle } from "p-throttle";`;

/**
 * What an application imports, and from which folder.
 *
 * @param {string} sdk the folder of the generated SDK
 * @returns {Promise<Record<string, { folder: string, services: string, everything: string }>>}
 */
async function sides(sdk) {
  const services = await operations(sdk, "services");
  const schemas = [...readFileSync(`${sdk}zod.gen.ts`, "utf8").matchAll(/^export const (z\w+Response) =/gm)].map(([, name]) =>
    String(name),
  );
  const ofServices = schemas.filter((schema) => services.some((name) => schema.toLowerCase() === `z${name}response`.toLowerCase()));
  const own = `import { CloudClient } from "clickhouse-cloud"; const cloud = new CloudClient();`;
  const fetched = `export { default as createClient } from "openapi-fetch"; ${RETRY}`;
  return {
    "this client": { folder: root, services: `${own} export const services = cloud.services;`, everything: `${own} export { cloud };` },
    "openapi-fetch, zod, p-retry, p-throttle": {
      folder: peers,
      services: `${fetched} export { ${ofServices.join(", ")} } from "${sdk}zod.gen.ts";`,
      everything: `${fetched} export { ${schemas.join(", ")} } from "${sdk}zod.gen.ts";`,
    },
    "generated SDK, zod, p-retry, p-throttle": {
      folder: peers,
      services: `${RETRY} export { ${services.join(", ")} } from "${sdk}sdk.gen.ts";`,
      everything: `${RETRY} export * from "${sdk}sdk.gen.ts";`,
    },
  };
}

/** The names that the generated SDK gives the operations of a resource. @param {string} sdk @param {string} resource */
async function operations(sdk, resource) {
  /** @type {{ paths: Record<string, Record<string, any>> }} */
  const { paths } = JSON.parse(readFileSync(new URL("../pkg/dist/openapi.json", import.meta.url), "utf8"));
  const known = new Set([...readFileSync(`${sdk}sdk.gen.ts`, "utf8").matchAll(/^export const (\w+) =/gm)].map(([, name]) => name));
  const names = Object.values(paths)
    .flatMap((methods) => Object.values(methods))
    .filter((operation) => operation["x-name"]?.split(".")[0] === resource)
    .map((operation) => String(operation.operationId))
    .filter((name) => known.has(name));
  if (names.length === 0) throw new Error(`no operation of ${resource}`);
  return names;
}

/** @param {{ folder: string, contents: string }} app */
async function bytes({ folder, contents }) {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: folder, loader: "js" },
    ...{ bundle: true, minify: true, format: "esm", target: "es2022", write: false, logLevel: "error", absWorkingDir: folder },
    // The generated SDK stands among the peers.
    nodePaths: [`${peers}node_modules`],
  });
  const [{ contents: made } = { contents: new Uint8Array() }] = outputFiles;
  return { raw: made.length, gzip: gzipSync(made, { level: 9 }).length, brotli: brotliCompressSync(made).length };
}

/**
 * @param {unknown} [_]
 * @param {(text: string) => void} [progress]
 * @returns {Promise<import("./lib/table.mjs").Section>}
 */
export async function section(_, progress = () => {}) {
  progress("d: bundles");
  /** @type {{ app: string, side: string, raw: number, gzip: number, brotli: number }[]} */
  const measured = [];
  for (const [side, { folder, ...apps }] of Object.entries(await sides(await generated()))) {
    for (const app of WHAT) measured.push({ app, side, ...(await bytes({ folder, contents: apps[app] })) });
  }
  const tables = WHAT.map((app) => ({
    title: `An application of ${app}`,
    head: ["side", "minified", "gzip", "brotli"],
    rows: measured.filter((one) => one.app === app).map(({ side, raw, gzip, brotli }) => [side, number(raw), number(gzip), number(brotli)]),
  }));
  const compared = WHAT.flatMap((app) => {
    const [own, ...others] = measured.filter((one) => one.app === app);
    return others.map(({ side, brotli }) => ({
      ...{ what: `an application of ${app}`, peer: side, unit: "bytes after brotli" },
      ...{ own: own?.brotli ?? Number.NaN, other: brotli },
    }));
  });
  return { name: "d. Bundles", about: ABOUT, tables, compared };
}

const ABOUT = `Bytes of a bundle by esbuild, minified, for pages. The peers' zod schemas are those that \`@hey-api/openapi-ts\` generates from
\`openapi.json\`. This client is one WebAssembly for all operations, so both applications have the same bytes.`;

if (isProgram(import.meta.url)) print(await section());
