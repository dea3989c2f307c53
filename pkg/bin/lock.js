// @ts-check
// One process per file, by a lock file beside it that names the process. A killed process leaves its lock behind: a lock
// counts only while its process exists, with the same start time.
import { linkSync, lstatSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";

/**
 * The start time of a process, in the system's own unit: it differs between processes of the same number. Empty where the
 * system does not tell.
 *
 * @param {number} pid
 */
function startTime(pid) {
  try {
    // The name of the program comes first, in parentheses, and may hold anything.
    return readFileSync(`/proc/${pid}/stat`, "utf8").replace(/^.*\)/s, "").split(" ")[20] ?? "";
  } catch {
    return "";
  }
}

/** @param {number} pid */
function exists(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === "EPERM";
  }
}

/** @param {string} path */
function read(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

/**
 * Writes a new file. Never through a symbolic link, which could lead to a file of another user.
 *
 * @param {string} path
 * @param {string} text
 */
function create(path, text) {
  // A process of the same number may have been killed before the rename.
  rmSync(path, { force: true });
  writeFileSync(path, text, { mode: 0o600, flag: "wx" });
}

/**
 * Refuses a lock that is no plain file: no sandbox has made it.
 *
 * @param {string} path
 */
function checkPlain(path) {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found !== undefined && !found.isFile()) throw new Error(`${path} is no lock of a sandbox, but a link or the like: remove it`);
}

/**
 * Locks a file; returns a function that unlocks it. The end of the process unlocks it, too, unless it is killed.
 *
 * @param {string} file
 * @returns {() => void}
 */
export function lock(file) {
  const path = `${file}.lock`;
  const own = `${process.pid} ${startTime(process.pid)}\n`;
  const draft = `${path}.${process.pid}`;
  create(draft, own);
  try {
    for (let attempt = 0; attempt < 10; attempt += 1) {
      try {
        // A link to a complete file: no reader sees half of it, and exactly one process succeeds.
        linkSync(draft, path);
        const unlock = () => {
          process.off("exit", unlock);
          if (read(path) === own) rmSync(path, { force: true });
        };
        process.on("exit", unlock);
        return unlock;
      } catch (error) {
        if (/** @type {NodeJS.ErrnoException} */ (error).code !== "EEXIST") throw error;
      }
      checkPlain(path);
      const text = read(path);
      const [, pid, began] = /^(\d+) (\d*)\n$/.exec(text ?? "") ?? [];
      if (pid !== undefined && exists(Number(pid)) && startTime(Number(pid)) === began) {
        throw new Error(`${file} is in use by process ${pid}: one sandbox to a file`);
      }
      remove(path, text);
    }
    throw new Error(`${file} is in use: others take ${path} all the time`);
  } finally {
    rmSync(draft, { force: true });
  }
}

/**
 * Removes a stale lock. Another process may have replaced it meanwhile: that one is put back.
 *
 * @param {string} path
 * @param {string | undefined} text
 */
function remove(path, text) {
  const aside = `${path}.${process.pid}.old`;
  try {
    renameSync(path, aside);
    if (read(aside) !== text) linkSync(aside, path);
  } catch {
    // It was removed or replaced meanwhile: the next attempt sees.
  }
  rmSync(aside, { force: true });
}
