// @ts-check
// schemathesis, in an environment of its own, against a sandbox: as `node tests/fidelity/schemathesis.mjs CASES`, or
// from the tests.
import { spawn } from "node:child_process";
import { cpSync, existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { dist, fail, pkg, read, root, run } from "../../scripts/tools.mjs";

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

/** Starts a sandbox in which a day passes in some seconds, and gives its address and its key. */
async function sandbox() {
  const bin = join(pkg, "bin/clickhouse-cloud.js");
  const unbounded = ["--rate-limit", "off", "--max-services", "10000", "--time-scale", "20000"];
  const child = spawn(process.execPath, [bin, "sandbox", "--port", "0", ...unbounded], { stdio: ["ignore", "pipe", "inherit"] });
  let printed = "";
  for await (const text of child.stdout.setEncoding("utf8")) {
    printed += text;
    if (/(export .*\n){4}/.test(printed)) break;
  }
  const value = (/** @type {string} */ name) => String(printed.match(new RegExp(`${name}=(.*)`))?.[1]);
  const key = `${value("CLICKHOUSE_CLOUD_API_KEY")}:${value("CLICKHOUSE_CLOUD_API_SECRET")}`;
  return { url: value("CLICKHOUSE_API_URL"), key, end: () => child.kill() };
}

/** The operations that are met: requests of all 142 would take more than the time of a test run. */
const MET = /^(organizations\.(list|get)|backups\.(list|get)|services\.(list|get|create|update\w*|delete))$/;

/** The contract with the operations that are met. */
function met() {
  const contract = JSON.parse(read(join(dist, "openapi.json")));
  for (const [path, item] of Object.entries(contract.paths)) {
    for (const method of Object.keys(item)) {
      if (!MET.test(item[method]["x-name"])) delete item[method];
    }
    if (Object.keys(item).length === 0) delete contract.paths[path];
  }
  return contract;
}

/**
 * What all checks say of at most so many generated requests for each operation and phase.
 *
 * @param {number} examples
 * @param {number} seed
 */
export async function schemathesis(examples, seed) {
  install();
  const { url, key, end } = await sandbox();
  try {
    const contract = met();
    // Of the whole document: it knows which other methods a path has.
    const names = Object.entries(contract.paths).flatMap(([path, item]) =>
      Object.keys(item).flatMap((method) => ["--include-name", `${method.toUpperCase()} ${path}`]),
    );
    const args = [
      "run",
      join(dist, "openapi.json"),
      ...names,
      "--url",
      url,
      "--auth",
      key,
      "--checks",
      "all",
      "--max-examples",
      String(examples),
    ];
    const more = ["--seed", String(seed), "--continue-on-failure", "--generation-database", "none", "--no-color"];
    const child = spawn(join(venv, "bin/schemathesis"), [...args, ...more], { cwd: here, stdio: ["ignore", "pipe", "inherit"] });
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (text) => (output += text));
    const code = await new Promise((resolve, reject) => child.once("error", reject).once("close", resolve));
    const [, generated, passed] = output.match(/(\d+) generated, (\d+) passed/) ?? [];
    /** @type {{ operation?: string, status: number }[]} */
    const ledger = await (await fetch(`${url}/__sandbox/ledger`)).json();
    return { code, generated: Number(generated ?? 0), passed: Number(passed ?? 0), output, ledger, contract };
  } finally {
    end();
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const cases = Number(process.argv[2] ?? 5000);
  let all = 0;
  const began = performance.now();
  for (let seed = 1; all < cases; seed += 1) {
    const { code, generated, passed, output } = await schemathesis(150, seed);
    all += generated;
    if (code !== 0 || passed !== generated) fail(output);
    console.log(`seed ${seed}: ${passed} requests, and nothing found`);
  }
  console.log(`${all} requests in ${Math.round((performance.now() - began) / 1000)} s, and nothing found`);
}
