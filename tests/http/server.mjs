// @ts-check
// The command of the installed tarball as a child process, with its output.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { join } from "node:path";
import { installed } from "../package/consumer.mjs";

export const project = join(installed, "../..");
export const bin = join(installed, "bin/clickhouse-cloud.js");

/** The environment without variables of this shell that would reach the client. */
const bare = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("CLICKHOUSE_")));

/**
 * @typedef {object} Ended
 * @property {number | null} code
 * @property {NodeJS.Signals | null} signal
 * @property {string} stdout
 * @property {string} stderr
 */

/**
 * Starts a program in the project. `printed` resolves as soon as its output fits, and rejects when it ends before.
 *
 * @param {string} program
 * @param {string[]} args
 * @param {import("node:child_process").SpawnOptions} [options]
 */
export function start(program, args, options = {}) {
  const child = spawn(program, args, { cwd: project, ...options, env: { ...bare, ...options.env }, stdio: ["ignore", "pipe", "pipe"] });
  const output = { stdout: "", stderr: "" };
  /** @type {Set<() => void>} */
  const readers = new Set();
  for (const name of /** @type {const} */ (["stdout", "stderr"])) {
    /** @type {import("node:stream").Readable} */ (child[name]).setEncoding("utf8").on("data", (text) => {
      output[name] += text;
      for (const reader of readers) reader();
    });
  }
  /** @type {Promise<Ended>} */
  const ended = new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve({ code, signal, ...output }));
  });
  /**
   * @param {RegExp} pattern
   * @returns {Promise<RegExpExecArray>}
   */
  const printed = (pattern) =>
    new Promise((resolve, reject) => {
      const look = () => {
        const found = pattern.exec(output.stdout);
        if (found !== null) resolve(found);
      };
      readers.add(look);
      look();
      ended.then((end) => reject(new Error(`it ended with ${end.code}: ${end.stdout}${end.stderr}`)), reject);
    });
  return { child, ended, printed };
}

/**
 * Runs the command to its end.
 *
 * @param {string[]} args
 */
export const command = (...args) => start(process.execPath, [bin, ...args]).ended;

/**
 * Serves a sandbox on a free port until the test ends.
 *
 * @param {{ after: (end: () => unknown) => void }} test
 * @param {string[]} args
 */
export async function sandbox(test, ...args) {
  const started = start(process.execPath, [bin, "sandbox", "--port", "0", ...args]);
  test.after(() => {
    started.child.kill("SIGKILL");
    return started.ended;
  });
  return { ...started, ...(await address(started)) };
}

/**
 * Sends bytes, and returns the bytes that come back until the server ends the connection.
 *
 * @param {string} url
 * @param {string} text
 */
export async function exchange(url, text) {
  const socket = connect(Number(new URL(url).port), "127.0.0.1").setEncoding("utf8");
  let answer = "";
  socket.on("data", (more) => (answer += more));
  socket.write(text);
  await once(socket, "close");
  return answer;
}

/**
 * The output of a sandbox: its address, and the environment for its clients.
 *
 * @param {ReturnType<typeof start>} started
 */
export async function address({ printed }) {
  const [lines] = await printed(/(export \w+=.*\n){4,}\n/);
  const env = Object.fromEntries([...lines.matchAll(/^export (\w+)=(.*)$/gm)].map(([, name, value]) => [name, value]));
  const { CLICKHOUSE_API_URL: url, CLICKHOUSE_CLOUD_API_KEY: id, CLICKHOUSE_CLOUD_API_SECRET: secret } = env;
  return {
    lines,
    env,
    url,
    services: `${url}/v1/organizations/${env.CLICKHOUSE_ORG_ID}/services`,
    authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString("base64")}`,
  };
}
