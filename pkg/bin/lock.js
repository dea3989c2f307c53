// @ts-check
// One process to a file: a lock beside it that names the process. A process that was killed leaves it behind; so it is
// looked whether that process is still there, and is still the same.
import { linkSync, lstatSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";

/**
 * When a process began, in the system's own count: another one of the same number began at another time. Empty where
 * the system does not tell.
 *
 * @param {number} pid
 */
function beginning(pid) {
  try {
    // The name of the program comes first, in parentheses, and may hold anything.
    return readFileSync(`/proc/${pid}/stat`, "utf8").replace(/^.*\)/s, "").split(" ")[20] ?? "";
  } catch {
    return "";
  }
}

/** @param {number} pid */
function lives(pid) {
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
 * Writes a file that was not there. Never through a symbolic link, which would lead to somebody else's file.
 *
 * @param {string} path
 * @param {string} text
 */
function create(path, text) {
  // Of a process of this number that was killed in between.
  rmSync(path, { force: true });
  writeFileSync(path, text, { mode: 0o600, flag: "wx" });
}

/**
 * Refuses what stands in the place of a lock and was not put there by a sandbox.
 *
 * @param {string} path
 */
function checkPlain(path) {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found !== undefined && !found.isFile()) throw new Error(`${path} is no lock of a sandbox, but a link or the like: remove it`);
}

/**
 * Locks a file; gives what unlocks it. However the process ends, it unlocks by itself, unless it is killed.
 *
 * @param {string} file
 * @returns {() => void}
 */
export function lock(file) {
  const path = `${file}.lock`;
  const own = `${process.pid} ${beginning(process.pid)}\n`;
  const draft = `${path}.${process.pid}`;
  create(draft, own);
  try {
    for (let turn = 0; turn < 10; turn += 1) {
      try {
        // A name for a file that is written to its end: nobody sees half of it, and only one is the first.
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
      if (pid !== undefined && lives(Number(pid)) && beginning(Number(pid)) === began) {
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
 * Removes a lock that nobody holds, and no other: somebody else may have done so, and locked again.
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
    // It has gone, or is there again: the next turn tells.
  }
  rmSync(aside, { force: true });
}
