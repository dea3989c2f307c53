// @ts-check
// schemathesis, in an environment of its own, against a sandbox: as `node tests/fidelity/schemathesis.mjs CASES`, or
// from the tests.
import { spawn } from "node:child_process";
import { cpSync, existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { dist, fail, pkg, read, root, run } from "../../scripts/tools.mjs";
import { tour } from "./tour.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
const venv = join(root, "target/fidelity");
const installed = join(venv, "requirements.txt");

/** Installs it, where it is not of the pinned version. */
function install() {
  const pinned = join(here, "requirements.txt");
  if (existsSync(installed) && read(installed) === read(pinned)) return;
  rmSync(venv, { recursive: true, force: true });
  run("python3", ["-m", "venv", venv]);
  run(join(venv, "bin/pip"), ["install", "--quiet", "--disable-pip-version-check", "--require-virtualenv", "--no-deps", "-r", pinned]);
  cpSync(pinned, installed);
}

/** Starts a sandbox, takes the tour's first part in it, and gives its address, its key and a file of what there is. */
async function world(/** @type {string} */ file) {
  const bin = join(pkg, "bin/clickhouse-cloud.js");
  const options = ["--rate-limit", "off", "--max-services", "10000", "--time-scale", "600", "--scenario", "busy-team"];
  const child = spawn(process.execPath, [bin, "sandbox", "--port", "0", ...options], { stdio: ["ignore", "pipe", "inherit"] });
  let printed = "";
  for await (const text of child.stdout.setEncoding("utf8").iterator({ destroyOnReturn: false })) {
    printed += text;
    if (/(export .*\n){4}/.test(printed)) break;
  }
  const value = (/** @type {string} */ name) => String(printed.match(new RegExp(`${name}=(.*)`))?.[1]);
  const [url, organizationId] = [value("CLICKHOUSE_API_URL"), value("CLICKHOUSE_ORG_ID")];
  const key = `${value("CLICKHOUSE_CLOUD_API_KEY")}:${value("CLICKHOUSE_CLOUD_API_SECRET")}`;
  const headers = { authorization: `Basic ${btoa(key)}` };
  const control = async (/** @type {string} */ path) => (await fetch(`${url}/__sandbox/${path}`)).json();
  const { ids, build } = tour({
    organizationId,
    now: () => Date.now(),
    advance: (ms) => fetch(`${url}/__sandbox/advance`, { method: "POST", body: JSON.stringify({ ms }) }),
    upload: (address) => fetch(address, { method: "PUT", body: "archive" }),
    send: async (method, path, body) => {
      const response = await fetch(`${url}${path}`, { method, headers, body: JSON.stringify(body) });
      return { status: response.status, text: await response.text() };
    },
  });
  await build();
  writeFileSync(file, JSON.stringify({ ids, snapshot: await control("snapshot") }));
  return { url, key, ledger: () => control("ledger"), end: () => child.kill() };
}

const document = JSON.parse(read(join(dist, "openapi.json")));
/** All operations: name, and the name that schemathesis has for them. */
export const operations = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) => ({ name: String(operation["x-name"]), label: `${method.toUpperCase()} ${path}` })),
);

/** Bodies so large that trying each property by itself takes thousands of requests. */
const LARGE = /^(clickStack\.(dashboards|sources)\.(create|replace|validate)|clickPipes\.(create|update|discoverSchema))$/;

/** The operations in groups that have a sandbox and a process each: those of one resource, and each large one by itself. */
function groups() {
  return Object.values(
    operations.reduce((/** @type {Record<string, typeof operations>} */ all, operation) => {
      const key = LARGE.test(operation.name) ? operation.name : operation.name.split(".").slice(0, -1).join(".");
      (all[key] ??= []).push(operation);
      return all;
    }, {}),
  );
}

/**
 * What all checks say of generated requests of some operations.
 *
 * @param {typeof operations} group
 * @param {number} examples the most random requests of an operation, beside those that try each property by itself
 * @param {number} seed
 * @param {boolean} brief without the latter where they are thousands
 */
async function met(group, examples, seed, brief) {
  const file = join(venv, `world-${group[0]?.name}.json`);
  const { url, key, ledger, end } = await world(file);
  try {
    // Of the whole document: it knows which other methods a path has.
    const names = group.flatMap(({ label }) => ["--include-name", label]);
    const phases = brief && group.some(({ name }) => LARGE.test(name)) ? ["--phases", "examples,fuzzing,stateful"] : [];
    const args = ["run", join(dist, "openapi.json"), ...names, "--url", url, "--auth", key, "--checks", "all", ...phases];
    const more = ["--max-examples", String(examples), "--seed", String(seed), "--continue-on-failure", "--generation-database", "none"];
    const child = spawn(join(venv, "bin/schemathesis"), [...args, ...more, "--no-color"], {
      ...{ cwd: here, stdio: ["ignore", "pipe", "inherit"] },
      env: { ...process.env, FIDELITY_WORLD: file },
    });
    let output = "";
    child.stdout?.setEncoding("utf8").on("data", (text) => (output += text));
    const code = await new Promise((resolve, reject) => child.once("error", reject).once("close", resolve));
    const [, generated = 0, passed = 0] = output.match(/(\d+) generated, (\d+) passed/) ?? [];
    /** @type {{ operation?: string, status: number }[]} */
    const entries = await ledger();
    const succeeded = entries.filter(({ status }) => status === 200 || status === 201).map(({ operation }) => operation);
    return { code, generated: Number(generated), passed: Number(passed), output, succeeded };
  } finally {
    end();
    rmSync(file, { force: true });
  }
}

/**
 * Meets all operations, two groups at a time. `report` gets each group's names and result.
 *
 * @param {number} examples
 * @param {number} seed
 * @param {boolean} brief
 * @param {(names: string[], result: Awaited<ReturnType<typeof met>>) => void} report
 */
export async function schemathesis(examples, seed, brief, report) {
  install();
  // The large ones first, so that none is left alone at the end.
  const waiting = groups().sort(([one], [other]) => Number(LARGE.test(other?.name ?? "")) - Number(LARGE.test(one?.name ?? "")));
  const work = async () => {
    for (let group = waiting.shift(); group !== undefined; group = waiting.shift()) {
      report(
        group.map(({ name }) => name),
        await met(group, examples, seed, brief),
      );
    }
  };
  await Promise.all([work(), work()]);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const cases = Number(process.argv[2] ?? 20_000);
  let all = 0;
  const began = performance.now();
  for (let seed = 1; all < cases; seed += 1) {
    await schemathesis(60, seed, false, ([name = ""], { code, generated, passed, output, succeeded }) => {
      all += generated;
      if (code !== 0 || passed !== generated) fail(output);
      console.log(`seed ${seed}: ${passed} requests from ${name} on, ${new Set(succeeded).size} operations succeeded, and nothing found`);
    });
  }
  console.log(
    `${all} requests of ${operations.length} operations in ${Math.round((performance.now() - began) / 1000)} s, and nothing found`,
  );
}
