// @ts-check
// Runs the suites one after the other, shows their output, counts their tests, and ends with a one-line summary.
// `node scripts/test.mjs` runs all suites, `node scripts/test.mjs rust package` those two.
import { spawn } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { delimiter, join } from "node:path";
import { chromedriver, firefox } from "./chromium.mjs";
import { geckodriver, lacking, webkitdriver } from "./engines.mjs";
import { fail, root } from "./tools.mjs";
import { unstuckChromium } from "./unstuck.mjs";

/** @typedef {{ passed: number, failed: number }} Counts */

/**
 * Adds up the counts in a suite's output.
 *
 * @param {RegExp} line with groups `passed` and `failed`, one of them or both
 * @returns {(output: string) => Counts}
 */
const counting = (line) => (output) => {
  const counts = { passed: 0, failed: 0 };
  for (const { groups = {} } of output.matchAll(line)) {
    counts.passed += Number(groups.passed ?? 0);
    counts.failed += Number(groups.failed ?? 0);
  }
  return counts;
};

const cargo = counting(/^test result: .*?(?<passed>\d+) passed; (?<failed>\d+) failed/gm);
const node = counting(/^ℹ (?:pass (?<passed>\d+)|(?:fail|cancelled) (?<failed>\d+))$/gm);
const cells = counting(/^consumers: \d+; cells: (?<passed>\d+) passed, (?<failed>\d+) failed$/gm);
const fuzzed = counting(/^fuzz: (?<passed>\d+) passed, (?<failed>\d+) failed$/gm);
/** A program without tests of its own counts as one test. */
const whole = () => ({ passed: 1, failed: 0 });

/** @param {string} feature */
const clippyWasm = (feature) => [
  ...["cargo", "clippy", "--locked", "--target", "wasm32-unknown-unknown"],
  ...["--no-default-features", "--features", feature, "--", "-D", "warnings"],
];

/** Arguments for the tests that run in wasm; the others are native. @param {string[]} where */
const wasmPack = (...where) => ["wasm-pack", "test", ...where, "--", "--locked", "--test", "wasm", "--test", "wasm_errors"];

/**
 * The tests that run in wasm, in a browser.
 *
 * @param {string} engine
 * @param {string[]} where
 * @param {Record<string, string | undefined>} env
 * @param {string[]} [under] a program that provides a virtual screen
 * @returns {Suite}
 */
const wasmBrowser = (engine, where, env, under = []) => ({
  name: `wasm-${engine}`,
  command: [...under, ...wasmPack("--headless", ...where)],
  count: cargo,
  env: {
    // The test runner uses the first driver that the environment names.
    ...{ CHROMEDRIVER: undefined, GECKODRIVER: undefined, SAFARIDRIVER: undefined },
    ...env,
    // Without it, wasm-bindgen silently skips every test that is not configured for browsers only.
    WASM_BINDGEN_USE_BROWSER: "1",
    // In seconds; on a busy machine a browser takes longer to start than the default allows.
    WASM_BINDGEN_TEST_DRIVER_TIMEOUT: "60",
    WASM_BINDGEN_TEST_TIMEOUT: "120",
  },
  // The server of wasm-bindgen's test runner may leave a connection of the browser unread forever (unstuck.mjs).
  silentMs: 90_000,
  lacks: lacking({ chromium: "Chromium", firefox: "Firefox", webkit: "WebKit" }[engine] ?? engine),
});

/** @param {string} folder */
const files = (folder) =>
  existsSync(join(root, folder))
    ? readdirSync(join(root, folder))
        .filter((name) => name.endsWith(".test.mjs"))
        .map((name) => `${folder}/${name}`)
    : [];
/** @param {string} folder */
const nodeTests = (folder) => ["node", "--test", "--test-reporter=spec", ...files(folder)];

/** One consumer of each kind: those that need little besides the tarball. */
const everyday = [
  "node_esm",
  "node_cjs",
  "node_least",
  "deno_esm",
  "bun_esm",
  "workerd_esm",
  "workerd_proxy",
  "chromium_module",
  "chromium_csp",
  "vite_build",
  "vite_workerd",
];

/**
 * @typedef {object} Suite
 * @property {string} name
 * @property {string[]} command
 * @property {(output: string) => Counts} count
 * @property {Record<string, string | undefined>} [env]
 * @property {number} [silentMs] how long it may print nothing before it counts as hung and is ended
 * @property {string} [lacks] an optional tool that this machine lacks: the suite is not run
 */

/** @type {Suite[]} */
const suites = [
  { name: "format", command: ["cargo", "fmt", "--check"], count: whole },
  { name: "lint", command: ["biome", "check", "--error-on-warnings"], count: whole },
  { name: "clippy", command: ["cargo", "clippy", "--locked", "--all-targets", "--", "-D", "warnings"], count: whole },
  // As they are shipped: one feature per module.
  { name: "clippy-client", command: clippyWasm("client"), count: whole },
  { name: "clippy-sandbox", command: clippyWasm("sandbox"), count: whole },
  { name: "javascript", command: ["tsc", "-p", "."], count: whole },
  { name: "javascript-page", command: ["tsc", "-p", "www"], count: whole },
  // Official documents compared with the contract, and imported into it; the documents are made up.
  { name: "drift", command: nodeTests("tests/drift"), count: node },
  // The dependencies between modules.
  { name: "structure", command: nodeTests("tests/structure"), count: node },
  { name: "rust", command: ["cargo", "test", "--locked"], count: cargo },
  // The instructions of the native validator; fails when they have grown.
  { name: "instructions", command: ["node", "bench/instructions.mjs"], count: whole },
  // Ten seconds of each fuzz target; `make fuzz` takes longer.
  { name: "fuzz", command: ["node", "scripts/fuzz.mjs", "10"], count: fuzzed },
  { name: "wasm-node", command: wasmPack("--node"), count: cargo },
  wasmBrowser("chromium", ["--chrome"], { CHROMEDRIVER: chromedriver(), WASM_BINDGEN_TEST_WEBDRIVER_JSON: await unstuckChromium() }),
  // webdriver.json shortens the keep-alive timeout: see unstuck.mjs.
  wasmBrowser("firefox", ["--firefox"], { GECKODRIVER: geckodriver(), FIREFOX: firefox() }),
  wasmBrowser("webkit", ["--safari", "--safaridriver", webkitdriver() ?? ""], {}, ["xvfb-run", "-a"]),
  // The built package at its JavaScript interface.
  { name: "boundary", command: nodeTests("tests/js"), count: node },
  // Every fault on the wire, over real sockets.
  { name: "faults", command: nodeTests("tests/faults"), count: node },
  // The packed tarball in several kinds of runtimes. `make consumers` runs all of them.
  { name: "consumers", command: ["node", "tests/consumers/run.mjs", ...everyday], count: cells },
  // The installed tarball: its files and its types.
  { name: "package", command: nodeTests("tests/package"), count: node },
  // The package's command: the sandbox over real HTTP, and the example that runs against it.
  { name: "http", command: nodeTests("tests/http"), count: node },
  // The sandbox under third-party tools that read the contract: schemathesis and Prism.
  { name: "fidelity", command: nodeTests("tests/fidelity"), count: node },
  // The sandbox behind libraries that intercept requests or fake time.
  { name: "clients", command: nodeTests("tests/clients"), count: node },
  // The tests of ClickHouse's own Rust client, unmodified, against the served sandbox. Some minutes to compile, once.
  { name: "official", command: nodeTests("tests/clients/official"), count: node },
  // The READMEs, the pages of docs/ and the examples: programs run, tables are current, the site of the types is complete.
  { name: "docs", command: nodeTests("tests/docs"), count: node },
  // The proxy that holds the key: over real HTTP, with pages in Chromium, and its examples.
  { name: "proxy", command: nodeTests("tests/proxy"), count: node },
  { name: "page", command: nodeTests("tests/page"), count: node },
  // The installed package and the demo in Chromium, Firefox and WebKit.
  { name: "engines", command: nodeTests("tests/engines"), count: node, silentMs: 120_000 },
];

const PATH = [join(root, "node_modules/.bin"), process.env.PATH].join(delimiter);
const wanted = process.argv.slice(2);
for (const name of wanted) {
  if (!suites.some((suite) => suite.name === name)) fail(`no suite ${name}; there are ${suites.map((suite) => suite.name).join(", ")}`);
}

/**
 * @param {string[]} command
 * @param {Record<string, string | undefined>} [env]
 * @param {number} [silentMs] how long it may print nothing before it counts as hung and is ended
 * @returns {Promise<{ output: string, ok: boolean, hung: boolean }>}
 */
function run([program, ...args], env, silentMs) {
  return new Promise((resolve) => {
    // In a process group of its own if it may have to be ended with its children.
    const options = { cwd: root, env: { ...process.env, PATH, ...env }, detached: silentMs !== undefined };
    const child = spawn(program, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    let hung = false;
    const end = () => {
      hung = true;
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    };
    const silence = silentMs === undefined ? undefined : setTimeout(end, silentMs);
    const interrupted = () => {
      if (options.detached) end();
      process.exit(130);
    };
    process.once("SIGINT", interrupted);
    for (const [from, to] of /** @type {const} */ ([
      [child.stdout, process.stdout],
      [child.stderr, process.stderr],
    ])) {
      from.setEncoding("utf8");
      from.on("data", (text) => {
        output += text;
        to.write(text);
        silence?.refresh();
      });
    }
    child.on("error", (error) => resolve({ output: `${output}${error.message}`, ok: false, hung }));
    child.on("close", (code) => {
      clearTimeout(silence);
      process.off("SIGINT", interrupted);
      resolve({ output, ok: code === 0, hung });
    });
  });
}

const total = { passed: 0, failed: 0 };
const table = [];
for (const { name, command, count, env, silentMs, lacks } of suites) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  if (lacks !== undefined) {
    console.log(`\n== ${name}: ${lacks}`);
    table.push(`${name.padEnd(14)} not run: ${lacks}`);
    continue;
  }
  console.log(`\n== ${name}: ${command.join(" ")}`);
  const start = performance.now();
  let { output, ok, hung } = await run(command, env, silentMs);
  for (let again = 0; hung && again < 2; again++) {
    console.log(`\n${name} hung: once more`);
    ({ output, ok, hung } = await run(command, env, silentMs));
  }
  const counts = count(output);
  // A suite that exits with an error has failed, even if all its tests passed; so has one that ran no tests.
  if (!ok && count === whole) counts.passed = 0;
  if (counts.failed === 0 && (!ok || counts.passed === 0)) counts.failed = 1;
  total.passed += counts.passed;
  total.failed += counts.failed;
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  table.push(
    `${name.padEnd(14)} ${String(counts.passed).padStart(5)} passed ${String(counts.failed).padStart(3)} failed ${seconds.padStart(7)} s`,
  );
}
console.log(`\n${table.join("\n")}\n`);
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exit(total.failed === 0 ? 0 : 1);
