// @ts-check
// The file of `--data`: everything that was answered, through any end of the process.
//
// Its first line says what it is. Each further one is a record: the beginning of the SHA-256 of its JSON, a space, the
// JSON. The first record holds all that there is, each later one what changed since, as the sandbox tells it. A record
// goes to the disk before one of its changes is answered; what is asked meanwhile becomes the next record, so that many
// changes share one way to the disk. A file that has grown long is written anew beside it, and takes its place.
//
// Only the last record can be unfinished, and nothing of it was answered: it is left out. One that lacks nothing but its
// newline is whole; an editor may have taken it. Anything else that is not as it should be was
// not done here: such a file is refused, and left as it is.
import { createHash } from "node:crypto";
import { closeSync, existsSync, fdatasync, fstatSync, fsyncSync, openSync, readFileSync, realpathSync, renameSync, rmSync, statSync, write, writeSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";
import { changes, resume } from "../dist/server.js";
import { lock } from "./lock.js";

const FORM = "clickhouse-cloud sandbox data, form 1";
/** Shorter files are not written anew. */
const SHORT_BYTES = 1024 * 1024;
/** Nor are those that are not so many times as long as what there is. */
const TIMES = 8;

const synced = promisify(fdatasync);
const appended = promisify(write);

/** @typedef {import("clickhouse-cloud/sandbox").Sandbox} Sandbox */
/** @typedef {{ at: number, organizations?: string[], changes: object[] }} Record */

/** @param {string} json */
const line = (json) => `${sum(json)} ${json}\n`;
/** @param {string} json */
const sum = (json) => createHash("sha256").update(json).digest("hex").slice(0, 16);

/**
 * What a file says; undefined: it says nothing yet.
 *
 * @param {string} file
 * @param {(line: string) => void} warn
 * @returns {Record[] | undefined}
 */
function read(file, warn) {
  if (!existsSync(file)) return undefined;
  const text = readFileSync(file, "utf8");
  if (text === "") return undefined;
  const lines = text.split("\n");
  let last = lines.pop() ?? "";
  if (isWhole(last)) {
    lines.push(last);
    last = "";
  }
  const broken = (/** @type {string} */ why) => new Error(`${file} ${why}: it is left as it is; choose another file with --data`);
  if (lines[0] !== FORM) {
    throw broken(lines[0]?.startsWith(FORM.slice(0, -1)) ? `is of another form (${lines[0].slice(-10)})` : "is no file of the sandbox");
  }
  if (lines.length === 1) throw broken("is broken: it holds nothing");
  if (!/^([\da-f]{0,16}|[\da-f]{16} (\{[^\0]*)?)$/.test(last)) throw broken(`is broken after record ${lines.length - 1}`);
  const records = lines.slice(1).map((line, index) => {
    if (!isWhole(line)) throw broken(`is broken in record ${index + 1}`);
    return JSON.parse(line.slice(17));
  });
  if (last !== "") warn(`${file} ends within a record, of which nothing was answered: it is left out`);
  return records;
}

/**
 * Whether a line, without its newline, is a record to its end.
 *
 * @param {string} line
 */
const isWhole = (line) => line.slice(0, 17) === `${sum(line.slice(17))} `;

/**
 * Lets a sandbox go on from a file, and the file follow it from then on.
 *
 * @param {string} path
 * @param {Sandbox} sandbox
 * @param {(error: Error) => void} failed when a change cannot be kept; nothing is answered after that
 * @param {(line: string) => void} warn
 */
export function keep(path, sandbox, failed, warn) {
  const file = resolved(path);
  const unlock = lock(file);
  try {
    const { organization, others } = sandbox.state();
    const organizations = [organization, ...others.map((other) => other.organization)].map(({ id }) => id.toLowerCase());
    const records = read(file, warn);
    if (records !== undefined) {
      const [{ organizations: theirs = [] }] = records;
      if (theirs.join() !== organizations.join()) {
        throw new Error(`${file} is of ${theirs.join(" and ")}: name the same with --organization-id and --key, in the same order`);
      }
      const told = records.flatMap((record) => record.changes.map((change) => JSON.stringify(change)));
      try {
        resume(sandbox, told, Date.now() - (records.at(-1)?.at ?? 0));
      } catch (error) {
        throw new Error(`${file} is not to be gone on from: ${/** @type {Error} */ (error).message}`, { cause: error });
      }
    }
    const data = new Data(file, sandbox, organizations, failed);
    return {
      note: data.note.bind(data),
      settled: data.settled.bind(data),
      close: async () => {
        await data.close();
        unlock();
      },
    };
  } catch (error) {
    unlock();
    throw error;
  }
}

/**
 * The file itself, where the name is a link; a name is enough where there is none yet.
 *
 * @param {string} path
 */
function resolved(path) {
  if (!existsSync(path)) return join(realpathSync(dirname(path)), basename(path));
  const file = realpathSync(path);
  if (!statSync(file).isFile()) throw new Error(`${path} is no file: choose another with --data`);
  return file;
}

class Data {
  /** @type {string[]} */
  #queue = [];
  /** @type {Promise<void> | undefined} */
  #writing;
  /** @type {Promise<void> | undefined} */
  #next;
  #bytes = 0;
  #whole = 0;
  /** Open all the time: so nobody else's file can get its number. */
  #handle = -1;

  /**
   * @param {string} file
   * @param {Sandbox} sandbox
   * @param {string[]} organizations
   * @param {(error: Error) => void} failed
   */
  constructor(file, sandbox, organizations, failed) {
    this.file = file;
    this.sandbox = sandbox;
    this.organizations = organizations;
    this.failed = failed;
    const all = changes(sandbox, false) ?? "{}";
    this.#replace(all);
  }

  /**
   * Looks for a change, to be kept.
   *
   * @param {boolean} [evenNone] the time that has passed, too
   */
  note(evenNone = false) {
    const change = changes(this.sandbox, evenNone);
    if (change === undefined) return;
    this.#queue.push(change);
    void this.settled();
  }

  /**
   * Resolves when all that was noted is on the disk; undefined when it is.
   *
   * @returns {Promise<void> | undefined}
   */
  settled() {
    if (this.#queue.length === 0) return this.#writing;
    this.#next ??= (this.#writing ?? Promise.resolve()).then(() => {
      this.#next = undefined;
      this.#writing = this.#write().finally(() => {
        if (this.#next === undefined) this.#writing = undefined;
      });
      return this.#writing;
    });
    return this.#next;
  }

  async close() {
    await this.settled();
    closeSync(this.#handle);
  }

  async #write() {
    const batch = this.#queue;
    this.#queue = [];
    try {
      // Somebody who took the lock away, and another sandbox that took the file.
      if (statSync(this.file).ino !== fstatSync(this.#handle).ino) throw new Error("another process has replaced it");
      if (this.#bytes > Math.max(SHORT_BYTES, TIMES * this.#whole)) {
        // What waits behind this is in it already, and does no harm a second time.
        this.#replace(JSON.stringify(this.sandbox.snapshot()));
        return;
      }
      const bytes = Buffer.from(line(`{"at":${Date.now()},"changes":[${batch.join()}]}`));
      for (let written = 0; written < bytes.length; ) {
        written += (await appended(this.#handle, bytes, written)).bytesWritten;
      }
      await synced(this.#handle);
      this.#bytes += bytes.length;
    } catch (error) {
      const said = /** @type {Error} */ (error).message;
      this.failed(new Error(`${this.file} cannot be written: ${said}`, { cause: error }));
      // Whoever waits for it waits for ever: what is not kept is not answered.
      await new Promise(() => {});
    }
  }

  /**
   * Writes a new file with all that there is, and puts it in place of the old one.
   *
   * @param {string} all
   */
  #replace(all) {
    const draft = `${this.file}.new`;
    const text = `${FORM}\n${line(`{"at":${Date.now()},"organizations":${JSON.stringify(this.organizations)},"changes":[${all}]}`)}`;
    rmSync(draft, { force: true });
    const handle = openSync(draft, "ax", 0o600);
    const bytes = Buffer.from(text);
    for (let written = 0; written < bytes.length; ) written += writeSync(handle, bytes, written);
    fsyncSync(handle);
    renameSync(draft, this.file);
    syncFolder(dirname(this.file));
    if (this.#handle >= 0) closeSync(this.#handle);
    this.#handle = handle;
    this.#bytes = this.#whole = Buffer.byteLength(text);
  }
}

/**
 * So that the name is on the disk, too.
 *
 * @param {string} folder
 */
function syncFolder(folder) {
  // Not every system lets a folder be opened; those that do not keep names by themselves.
  if (process.platform === "win32") return;
  const handle = openSync(folder, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
