// @ts-check
// Reads the command line into the options of a sandbox and of its server. A mistake is a UsageError that names the flag.
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { Sandbox } from "clickhouse-cloud/sandbox";
import { isOrigin } from "./cors.js";
import { hostOf } from "./hosts.js";

/** The command line is wrong. An empty message stands for an empty command line. */
export class UsageError extends Error {}

/**
 * @typedef {object} SandboxArguments
 * @property {import("./server.js").Serving} serving
 * @property {string} [data] The file that holds the state.
 * @property {import("clickhouse-cloud/sandbox").SandboxOptions} options
 */

/**
 * @typedef {object} Flag
 * @property {string} value The placeholder of its value in the help.
 * @property {string} help
 * @property {(text: string, before: any) => unknown} read Returns undefined for a wrong value.
 * @property {string} [expected] The description of a right value; without one the sandbox checks it.
 * @property {string} [option] The option of the sandbox that it sets.
 * @property {boolean} [repeats] It may be given more than once; `before` is the value so far.
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
  "allow-host": {
    value: "NAME",
    help: "serve requests for this name, too, not only for where it listens and the loopback; repeatable",
    read: (name, before = []) => (hostOf(name) === undefined || /:\d*$/.test(name) ? undefined : [...before, hostOf(name)]),
    expected: "a name or an address, without a port",
    repeats: true,
  },
  cors: {
    value: "ORIGIN",
    help: "let pages of this origin read the responses, such as http://localhost:5173; * allows all; repeatable",
    read: (origin, before = []) => (isOrigin(origin) ? [...before, origin] : undefined),
    expected: "* or an origin such as http://localhost:5173",
    repeats: true,
  },
  "request-timeout": {
    value: "SECONDS",
    help: "how long a request may take to arrive, 30 by default",
    read: number((seconds) => seconds > 0 && seconds <= 86_400),
    expected: "a number above 0, at most 86400",
  },
  data: {
    value: "FILE",
    help: "hold the state in a file, so that every confirmed change is there after the next start",
    read: (file) => file || undefined,
    expected: "a file",
  },
  seed: {
    value: "N",
    help: "the seed of all random draws: the same seed and requests give the same state",
    read: number(Number.isSafeInteger),
    expected: "a whole number of at least 0",
    option: "seed",
  },
  "latency-ms": {
    value: "N",
    help: "delay each response, in milliseconds",
    read: number(() => true),
    expected: "a number of at least 0",
    option: "latencyMs",
  },
  "time-scale": {
    value: "N",
    help: "the virtual seconds in a real one, 1 by default",
    read: number((scale) => scale > 0),
    expected: "a number above 0",
    option: "timeScale",
  },
  "rate-limit": {
    value: "LIMIT",
    help: "off, or REQUESTS/SECONDS, 10/10 by default, in virtual seconds",
    read: rateLimit,
    expected: "off, or REQUESTS/SECONDS such as 10/10",
    option: "rateLimit",
  },
  "max-services": {
    value: "N",
    help: "the most services of each organization, 20 by default",
    read: number((most) => Number.isInteger(most) && most >= 1),
    expected: "a whole number of at least 1",
    option: "maxServices",
  },
  scenario: {
    value: "NAME|FILE",
    help: "what is there at the start: empty, busy-team, incident, or a file of YAML or JSON",
    read: scenario,
    expected: "the name of a scenario, or a file that can be read",
    option: "scenario",
  },
  fault: {
    value: "NAME=P",
    help: "a fault with its probability for each request, from 0 to 1; repeatable",
    read: fault,
    expected: "NAME=PROBABILITY such as drop-after=0.1",
    option: "faults",
    repeats: true,
  },
  "key-id": { value: "TEXT", help: "the id of the key", read: text, option: "keyId" },
  "key-secret": { value: "TEXT", help: "the secret of the key", read: text, option: "keySecret" },
  "organization-id": { value: "UUID", help: "the id of its organization", read: text, option: "organizationId" },
  key: {
    value: "ID:SECRET[@UUID]",
    help: "a further key, of that organization or of the first; repeatable",
    read: key,
    expected: "ID:SECRET, or ID:SECRET@ORGANIZATION with a UUID",
    option: "keys",
    repeats: true,
  },
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

A ClickHouse Cloud in memory, behind HTTP. It forgets everything when it ends, unless --data names a file.

Options:
${table([
  ...Object.entries(FLAGS).map(([name, { value, help }]) => /** @type {[string, string]} */ ([`--${name} ${value}`, help])),
  ["--no-control", "serve nothing under /__sandbox/: state, ledger, snapshot, faults, advance, verify-password"],
])}

Faults:
${table(Sandbox.faults().map(({ name, description }) => [name, description]))}`;

/**
 * Reads the command line: a text to print, or the sandbox to serve.
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
      // The value of a key may be a secret.
      const received = name.startsWith("key") ? "" : `, not ${JSON.stringify(given)}`;
      if (value === undefined) throw new UsageError(`--${name} must be ${expected}${received}`);
      into[key] = value;
    }
  }
  const { host, port, data, cors = [], "allow-host": allowedHosts = [], "request-timeout": requestSeconds = 30 } = own;
  const controlled = values["no-control"] !== true;
  return { sandbox: { serving: { host, port, controlled, allowedHosts, origins: cors, requestSeconds }, data, options } };
}

/**
 * A message of the sandbox about its options, with the names of the flags.
 *
 * @param {string} message
 */
export function inFlags(message) {
  let text = message.replace(/^new Sandbox: /, "");
  for (const [name, { option }] of Object.entries(FLAGS)) {
    if (option !== undefined) text = text.replace(new RegExp(`^${option}\\b`), `--${name}`);
  }
  return text;
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
    // The first sentence names the mistake; the next ones explain how to escape dashes.
    const [mistake = ""] = (error instanceof Error ? error.message : String(error)).split(/\.?(?:\n|$)|\. /);
    throw new UsageError(mistake.charAt(0).toLowerCase() + mistake.slice(1));
  }
}

/**
 * The name of a scenario, or the text of a file. Only a file's name has a dot or a slash.
 *
 * @param {string} nameOrFile
 */
function scenario(nameOrFile) {
  if (!/[./\\]/.test(nameOrFile)) return nameOrFile || undefined;
  try {
    return `${readFileSync(nameOrFile, "utf8")}\n`;
  } catch {
    return undefined;
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

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

/**
 * The secret may hold colons and at signs: only a UUID after the last at sign is an organization.
 *
 * @param {string} text
 * @param {import("clickhouse-cloud/sandbox").SandboxKey[]} [before]
 */
function key(text, before = []) {
  const at = text.lastIndexOf("@");
  const organizationId = at >= 0 && UUID.test(text.slice(at + 1)) ? text.slice(at + 1) : undefined;
  const [, keyId, keySecret] = /^([^:]+):([^]+)$/.exec(organizationId === undefined ? text : text.slice(0, at)) ?? [];
  return keyId === undefined ? undefined : [...before, { keyId, keySecret, organizationId }];
}

/** @param {string} text */
function rateLimit(text) {
  if (text === "off") return false;
  const [requests, seconds] = text.split("/").map(number((value) => value > 0));
  if (requests === undefined || seconds === undefined || text.split("/").length !== 2) return undefined;
  return Number.isInteger(requests) ? { requests, perMs: seconds * 1000 } : undefined;
}
