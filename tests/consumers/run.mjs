// @ts-check
// The matrix of consumers: each folder here is a project that installs the packed tarball and runs the journey of
// journey.mjs against a sandbox over HTTP. Prints every consumer with the steps of the journey, then what failed; ends
// with 1 when a cell failed. `node tests/consumers/run.mjs` runs all, with names those.
//
// A folder is named runtime_format, and holds the consumer as a user would write it: package.json (with a lock file, where
// it needs more than the tarball), sources, configuration; and consumer.mjs, which is the test's and is not copied. Its
// default export drives the consumer, and resolves with the answer of the journey:
//
//     /** @type {import("../harness.mjs").Consumer} */
//     export default async ({ run }) => JSON.parse(await run("node", "main.mjs"));
//
// It is given
//
//     folder    a fresh copy outside the repository, with journey.mjs in it, and all dependencies installed
//     run       run(program, ...args) to its end, in the folder; gives what it printed. node_modules/.bin is on PATH, and
//               SANDBOX in the environment is JSON: what the journey takes as options
//     start     starts a server: const server = start("next", "start"); const [, url] = await server.printed(/(http:\S+)/);
//               `await server.get(url)` gives the JSON that it answers. It ends with the consumer
//     env       the environment of `run` and `start`; what is set in it holds from then on. NO_COLOR is set
//     sandbox   { url, keyId, keySecret, organizationId }
//     visit     opens a page: visit({ folder: "dist" }), { handler } or { upstream: url }, with { path, headers }; gives
//               what it leaves in globalThis.answer, and rejects with its errors. /v1/… of its server is the sandbox;
//               /sandbox.json is what the journey takes as options
//     after     after(end) runs when the consumer is over
//
// One project may be several consumers: `export const rows = ["client", "edge"]` makes them rows NAME/client and NAME/edge,
// and the default export resolves with { client: answer, edge: answer }.
//
// What a consumer needs beside the tarball is pinned by its lock file, which names no registry. To write it anew, in the
// folder: npm install --package-lock-only --omit-lockfile-registry-resolved
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual, inspect } from "node:util";
import { fail } from "../../scripts/tools.mjs";
import { prepare } from "./harness.mjs";
import { closeBrowser } from "./page.mjs";

/** @type {Record<string, unknown>} */
const expected = {
  hash: "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=",
  error: { name: "ConfigurationError", classes: [true, true, true], stack: true },
  list: [["before", "gcp"]],
  create: { name: "events", state: "provisioning", password: true },
  wait: { name: "events", state: "running" },
};
const steps = Object.keys(expected);

const SIDE_BY_SIDE = 2;
/** Far beyond what any takes: Next is built twice, for minutes on a busy machine. */
const LIMIT_MS = 600_000;

const here = fileURLToPath(new URL(".", import.meta.url));
const all = readdirSync(here).filter((name) => existsSync(join(here, name, "consumer.mjs")));
const wanted = process.argv.slice(2);
for (const name of wanted) if (!all.includes(name)) fail(`no consumer ${name}; there are ${all.join(", ")}`);

/** @typedef {(() => unknown)[]} Ends what a consumer has begun */
/** @type {Set<Ends>} */
const open = new Set();
/** @param {Ends} ends */
async function close(ends) {
  open.delete(ends);
  for (const end of ends.splice(0)) await end();
}
for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM"])) {
  // A second one ends it at once.
  process.once(signal, async () => {
    left.length = 0;
    await Promise.all([...open].map(close));
    process.exit(130);
  });
}

/**
 * The rows of one consumer: what is wrong in each step, undefined where nothing is.
 *
 * @param {string} name
 * @returns {Promise<{ name: string, wrong: (string | undefined)[], seconds: number }[]>}
 */
async function consume(name) {
  const began = performance.now();
  const { default: drive, rows } = await import(`./${name}/consumer.mjs`);
  /** @type {Ends} */
  const ends = [];
  open.add(ends);
  let outcome;
  try {
    const driven = prepare(name, (end) => ends.unshift(end)).then(drive);
    const late = new Promise((_, reject) => {
      const timer = setTimeout(() => reject(new Error(`it took longer than ${LIMIT_MS / 1000} s`)), LIMIT_MS);
      ends.push(() => clearTimeout(timer));
    });
    outcome = { answer: await Promise.race([driven, late]) };
  } catch (error) {
    outcome = { error: error instanceof Error ? (error.stack ?? error.message) : inspect(error) };
  }
  await close(ends);
  const seconds = (performance.now() - began) / 1000;
  /** @param {any} answer */
  const judge = (answer) =>
    steps.map((step) => {
      if (outcome.error !== undefined) return outcome.error;
      const value = answer?.[step];
      return isDeepStrictEqual(value, expected[step]) ? undefined : text(value, expected[step]);
    });
  if (rows === undefined) return [{ name, wrong: judge(outcome.answer), seconds }];
  return rows.map((/** @type {string} */ row) => ({ name: `${name}/${row}`, wrong: judge(outcome.answer?.[row]), seconds }));
}

/** @param {{ threw?: string[] } | undefined} value @param {unknown} wished */
const text = (value, wished) =>
  Array.isArray(value?.threw)
    ? value.threw.filter((part, index, parts) => !parts[index + 1]?.startsWith(part)).join("\n")
    : `expected ${inspect(wished)}\nreceived ${inspect(value)}`;

const left = wanted.length > 0 ? [...wanted] : [...all];
/** @type {Awaited<ReturnType<typeof consume>>} */
const rows = [];
const lane = async () => {
  for (let name = left.shift(); name !== undefined; name = left.shift()) {
    const done = await consume(name);
    for (const { name, wrong, seconds } of done)
      console.log(`${name}: ${wrong.some(Boolean) ? "failed" : "passed"}, ${seconds.toFixed(1)} s`);
    rows.push(...done);
  }
};
await Promise.all(Array.from({ length: SIDE_BY_SIDE }, lane));
await closeBrowser();

rows.sort((one, other) => (one.name < other.name ? -1 : 1));
const widest = Math.max(...rows.map(({ name }) => name.length));
/** @param {string} first @param {string[]} cells @param {string} last */
const line = (first, cells, last) => console.log(first.padEnd(widest), ...cells.map((cell) => cell.padEnd(6)), last.padStart(6));
console.log();
line("", steps, "s");
for (const { name, wrong, seconds } of rows)
  line(
    name,
    wrong.map((reason) => (reason === undefined ? "passed" : "FAILED")),
    seconds.toFixed(1),
  );
for (const { name, wrong } of rows) {
  for (const reason of new Set(wrong)) {
    if (reason === undefined) continue;
    const failed = steps.filter((_, index) => wrong[index] === reason);
    console.log(`\n${name}, ${failed.join(", ")}:\n${reason}`);
  }
}
const cells = rows.flatMap(({ wrong }) => wrong);
const failed = cells.filter((reason) => reason !== undefined).length;
console.log(`\nconsumers: ${rows.length}; cells: ${cells.length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
