// @ts-check
// The command line: what is asked for, or what is wrong with it.
import { parseArgs } from "node:util";
import { Sandbox } from "clickhouse-cloud/sandbox";

/** The command line is wrong. Without a message, there is none. */
export class UsageError extends Error {}

/**
 * @typedef {object} SandboxArguments
 * @property {string} host
 * @property {number} port
 * @property {boolean} controlled
 * @property {import("clickhouse-cloud/sandbox").SandboxOptions} options
 */

/**
 * @typedef {object} Flag
 * @property {string} value What stands for its value in the help.
 * @property {string} help
 * @property {(text: string, before: any) => unknown} read Gives undefined for what it cannot be.
 * @property {string} [expected] What it must be; by default the sandbox judges it.
 * @property {string} [option] The option of the sandbox that it sets.
 * @property {boolean} [repeats] It may be given more than once; each time it reads what was read before, too.
 */

/** @param {(value: number) => boolean} fits */
const number = (fits) => (/** @type {string} */ text) => {
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  return Number.isFinite(value) && fits(value) ? value : undefined;
};
/** @param {string} value */
const text = (value) => value;

/** @type {Record<string, Flag>} */
const FLAGS = {
  port: {
    value: "N",
    help: "the port, 8080 by default; 0 takes a free one",
    read: number((port) => Number.isInteger(port) && port <= 65_535),
    expected: "a whole number from 0 to 65535",
  },
  host: {
    value: "ADDRESS",
    help: "where to listen, 127.0.0.1 by default: this machine only",
    read: (host) => host || undefined,
    expected: "an address",
  },
  seed: {
    value: "N",
    help: "everything that is drawn comes from it: the same seed, the same world",
    read: number(Number.isSafeInteger),
    expected: "a whole number of at least 0",
    option: "seed",
  },
  "latency-ms": {
    value: "N",
    help: "hold each answer back, in milliseconds",
    read: number(() => true),
    expected: "a number of at least 0",
    option: "latencyMs",
  },
  "time-scale": {
    value: "N",
    help: "how many seconds pass in a real one, 1 by default",
    read: number((scale) => scale > 0),
    expected: "a number above 0",
    option: "timeScale",
  },
  "rate-limit": {
    value: "LIMIT",
    help: "off, or REQUESTS/SECONDS, 10/10 by default; seconds as --time-scale has them",
    read: rateLimit,
    expected: "off, or REQUESTS/SECONDS such as 10/10",
    option: "rateLimit",
  },
  "max-services": {
    value: "N",
    help: "how many services the organization may have, 20 by default",
    read: number((most) => Number.isInteger(most) && most >= 1),
    expected: "a whole number of at least 1",
    option: "maxServices",
  },
  fault: {
    value: "NAME=P",
    help: "let a fault meet requests with that probability, from 0 to 1; repeatable",
    read: fault,
    expected: "NAME=PROBABILITY such as drop-after=0.1",
    option: "faults",
    repeats: true,
  },
  "key-id": { value: "TEXT", help: "the id of the key", read: text, option: "keyId" },
  "key-secret": { value: "TEXT", help: "the secret of the key", read: text, option: "keySecret" },
  "organization-id": { value: "UUID", help: "the id of the one organization", read: text, option: "organizationId" },
};

export const COMMANDS_HELP = `Usage: clickhouse-cloud sandbox [options]

Commands:
  sandbox     a ClickHouse Cloud in memory, behind HTTP: for programs in any language, without an account

Options:
  --help      show this, or the options of a command
  --version   show the version`;

/** @param {[name: string, help: string][]} rows */
function table(rows) {
  const widest = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, help]) => `  ${name.padEnd(widest + 2)}${help}`).join("\n");
}

const sandboxHelp = () => `Usage: clickhouse-cloud sandbox [options]

A ClickHouse Cloud in memory, behind HTTP. It forgets everything when it ends.

Options:
${table([
  ...Object.entries(FLAGS).map(([name, { value, help }]) => /** @type {[string, string]} */ ([`--${name} ${value}`, help])),
  ["--no-control", "serve nothing under /__sandbox/: state, ledger, snapshot, faults, advance, verify-password"],
])}

Faults:
${table(Sandbox.faults().map(({ name, description }) => [name, description]))}`;

/**
 * Reads the command line: what to print, or the sandbox to serve.
 *
 * @param {string[]} given
 * @returns {{ print: string, sandbox?: undefined } | { print?: undefined, sandbox: SandboxArguments }}
 * @throws {UsageError}
 */
export function readArguments(given) {
  const { values, positionals } = parse(given);
  const [command, ...more] = positionals;
  if (values.version) return { print: "version" };
  if (command === undefined) {
    if (values.help) return { print: COMMANDS_HELP };
    throw new UsageError();
  }
  if (command !== "sandbox") throw new UsageError(`unknown command ${command}: there is sandbox`);
  if (more.length > 0) throw new UsageError(`unexpected argument ${more[0]}`);
  if (values.help) return { print: sandboxHelp() };

  /** @type {Record<string, any>} */
  const options = {};
  /** @type {Record<string, any>} */
  const own = { host: "127.0.0.1", port: 8080 };
  for (const [name, { read, expected, option }] of Object.entries(FLAGS)) {
    for (const given of [/** @type {Record<string, unknown>} */ (values)[name] ?? []].flat()) {
      if (typeof given !== "string") continue;
      const [into, key] = option === undefined ? [own, name] : [options, option];
      const value = read(given, into[key]);
      if (value === undefined) throw new UsageError(`--${name} must be ${expected}, not ${JSON.stringify(given)}`);
      into[key] = value;
    }
  }
  return { sandbox: { host: own.host, port: own.port, controlled: values["no-control"] !== true, options } };
}

/**
 * What the sandbox says of its options, said of the flags.
 *
 * @param {string} message
 */
export function inFlags(message) {
  let said = message.replace(/^new Sandbox: /, "");
  for (const [name, { option }] of Object.entries(FLAGS)) {
    if (option !== undefined) said = said.replace(new RegExp(`^${option}\\b`), `--${name}`);
  }
  return said;
}

/** @param {string[]} args */
function parse(args) {
  const flags = Object.entries(FLAGS).map(([name, { repeats = false }]) => [name, { type: "string", multiple: repeats }]);
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        .../** @type {Record<string, { type: "string", multiple: boolean }>} */ (Object.fromEntries(flags)),
        "no-control": { type: "boolean" },
        help: { type: "boolean", short: "h" },
        version: { type: "boolean", short: "v" },
      },
    });
  } catch (error) {
    // Its first sentence says what is wrong; the next ones explain how to escape dashes.
    const [said = ""] = (error instanceof Error ? error.message : String(error)).split(/\.?(?:\n|$)|\. /);
    throw new UsageError(said.charAt(0).toLowerCase() + said.slice(1));
  }
}

/**
 * @param {string} text
 * @param {Record<string, number>} [before]
 */
function fault(text, before) {
  const [, name, given = ""] = /^([^=]+)=(.*)$/.exec(text) ?? [];
  const probability = number(() => true)(given);
  return name === undefined || probability === undefined ? undefined : { ...before, [name]: probability };
}

/** @param {string} text */
function rateLimit(text) {
  if (text === "off") return false;
  const [requests, seconds] = text.split("/").map(number((value) => value > 0));
  if (requests === undefined || seconds === undefined || text.split("/").length !== 2) return undefined;
  return Number.isInteger(requests) ? { requests, perMs: seconds * 1000 } : undefined;
}
