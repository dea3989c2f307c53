// @ts-check
// What a consumer is given: a project of its own outside this repository, with the packed tarball and its other
// dependencies installed; a sandbox over HTTP; programs and pages that end with it.
import { cpSync, existsSync, mkdtempSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { pkg } from "../../scripts/tools.mjs";
import { visitor } from "./page.mjs";
import { starter } from "./programs.mjs";

/**
 * @typedef {{ baseUrl: string, keyId: string, keySecret: string, organizationId: string }} Options of a client
 * @typedef {Record<string, unknown>} Answer of the journey
 * @typedef {(context: Context) => Promise<any>} Consumer the default export of a consumer.mjs
 * @typedef {Awaited<ReturnType<typeof prepare>>} Context
 */

const here = fileURLToPath(new URL(".", import.meta.url));
const { version } = JSON.parse(readFileSync(join(pkg, "package.json"), "utf8"));
const tarball = join(pkg, `clickhouse-cloud-${version}.tgz`);

/** Without what this shell may have set, so that nothing but the consumer says where to go and what to load. */
const bare = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(CLICKHOUSE_|NODE_(ENV|OPTIONS|PATH)$|FORCE_COLOR$)/.test(name)),
);

/**
 * @param {string} name the consumer's folder
 * @param {(end: () => unknown) => void} after takes what ends it, last come first served
 */
export async function prepare(name, after) {
  // The real path: some bundlers take it for another module than the one behind a symbolic link.
  const folder = realpathSync(mkdtempSync(join(tmpdir(), `clickhouse-cloud-${name}-`)));
  after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  cpSync(join(here, name), folder, {
    recursive: true,
    filter: (path) => !path.endsWith("/consumer.mjs") && !path.includes("/node_modules"),
  });
  cpSync(join(here, "journey.mjs"), join(folder, "journey.mjs"));

  const PATH = [join(folder, "node_modules/.bin"), bare.PATH].join(delimiter);
  /** @type {Record<string, string | undefined>} */
  const env = { ...bare, PATH, PWD: folder, NO_COLOR: "1" };
  const start = starter(folder, env, after);
  /** Runs a program in the folder to its end and gives what it printed. @param {string} program @param {string[]} args */
  const run = (program, ...args) => start(program, ...args).succeeded;

  // With a lock file beside it, npm takes exactly what that says. It is in npm's cache from the second time on.
  const offline = existsSync(join(folder, "package-lock.json")) ? "--prefer-offline" : "--offline";
  await run("npm", "install", offline, "--no-audit", "--no-fund", "--no-update-notifier", tarball);

  const sandbox = await serveSandbox(folder, start);
  const { url: baseUrl, ...key } = sandbox;
  env.SANDBOX = JSON.stringify({ baseUrl, ...key });
  return { folder, env, run, start, after, sandbox, visit: visitor(folder, sandbox, after) };
}

/**
 * The command of the installed package, with one service named `before` in it.
 *
 * @param {string} folder
 * @param {import("./programs.mjs").Start} start
 */
async function serveSandbox(folder, start) {
  const bin = join(folder, "node_modules/clickhouse-cloud/bin/clickhouse-cloud.js");
  // Its rate limit shrinks along: that of the client is what takes time.
  const { printed } = start(process.execPath, bin, "sandbox", "--port", "0", "--time-scale", "1000");
  const [lines] = await printed(/(export \w+=.*\n){4}/);
  const env = Object.fromEntries([...lines.matchAll(/^export (\w+)=(.*)$/gm)].map(([, name, value]) => [name, value]));
  const sandbox = {
    url: String(env.CLICKHOUSE_API_URL),
    keyId: String(env.CLICKHOUSE_CLOUD_API_KEY),
    keySecret: String(env.CLICKHOUSE_CLOUD_API_SECRET),
    organizationId: String(env.CLICKHOUSE_ORG_ID),
  };
  const created = await fetch(`${sandbox.url}/v1/organizations/${sandbox.organizationId}/services`, {
    method: "POST",
    headers: { authorization: `Basic ${btoa(`${sandbox.keyId}:${sandbox.keySecret}`)}` },
    body: JSON.stringify({ name: "before", provider: "gcp", region: "us-east1", ipAccessList: [] }),
  });
  if (!created.ok) throw new Error(`the sandbox answered ${created.status}: ${await created.text()}`);
  return sandbox;
}
