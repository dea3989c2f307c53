// @ts-check
// Programs that a consumer starts. Each is in a process group of its own, and all of that ends with the consumer.
import { spawn } from "node:child_process";

/** @typedef {ReturnType<typeof starter>} Start */

/**
 * @param {string} cwd
 * @param {Record<string, string | undefined>} env read at each start
 * @param {(end: () => unknown) => void} after
 */
export function starter(cwd, env, after) {
  /**
   * Starts a program. `printed` resolves as soon as what it writes fits and rejects when it ends before; `succeeded`
   * resolves with its standard output, and rejects with all of its output when it ends in another way. `get` asks it, as
   * a server, for JSON, and rejects with its output when that is not what comes.
   *
   * @param {string} program
   * @param {string[]} args
   */
  return (program, ...args) => {
    const child = spawn(program, args, { cwd, env: { ...env }, detached: true, stdio: ["ignore", "pipe", "pipe"] });
    let [stdout, all] = ["", ""];
    /** @type {Set<() => void>} */
    const readers = new Set();
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text) => {
        all += text;
        if (stream === child.stdout) stdout += text;
        for (const reader of readers) reader();
      });
    }
    /** @type {Promise<string>} */
    const ended = new Promise((resolve) => {
      child.once("error", (error) => resolve(error.message));
      child.once("close", (code, signal) => resolve(code === 0 ? "" : `it ended with ${code ?? signal}`));
    });
    after(() => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
      } catch {
        // Nothing of the group is left.
      }
      return ended;
    });
    const failure = (/** @type {string} */ reason) => new Error(`${[program, ...args].join(" ")}\n${all}\n${reason}`);

    /** @param {RegExp} pattern @returns {Promise<RegExpExecArray>} */
    const printed = (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = pattern.exec(all);
          if (found !== null) resolve(found);
        };
        readers.add(look);
        look();
        void ended.then((reason) => reject(failure(reason || "it ended")));
      });
    /** @param {string} url */
    const get = async (url) => {
      const text = await fetch(url).then(
        (response) => response.text(),
        (error) => `${error}: ${error.cause}`,
      );
      try {
        return JSON.parse(text);
      } catch {
        throw failure(`${url} answered\n${text}`);
      }
    };
    const succeeded = ended.then((reason) => {
      if (reason !== "") throw failure(reason);
      return stdout;
    });
    // Who starts a server does not wait for its end.
    succeeded.catch(() => {});
    return { child, printed, get, succeeded };
  };
}
