// @ts-check
// The file of `--data`: every confirmed change survives any end of the process.
//
// The first line names the format. Each further line is a record: 16 digits of the SHA-256 of its JSON, a space, the JSON.
// The first record holds a snapshot, each later one the mutations since. A record is on the disk before a response confirms
// one of its changes; changes that arrive meanwhile share the next record. A long file is replaced by a new one.
//
// Only the last record can be incomplete, and no response has confirmed it: it is ignored. A complete one without its
// newline counts; an editor may have removed it. Any other damage was not done here: the file is refused and not changed.
import { createHash } from "node:crypto";
import {
  closeSync,
  existsSync,
  fdatasync,
  fstatSync,
  fsyncSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  write,
  writeSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";
import { mutations, resume } from "../dist/server.js";
import { lock } from "./lock.js";

const FORM = "clickhouse-cloud sandbox data, form 1";
/** Shorter files are not replaced. */
const SHORT_BYTES = 1024 * 1024;
/** Nor are files below so many times the length of a snapshot. */
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
 * The records of a file; undefined: it is absent or empty.
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
  if (last !== "") warn(`${file} ends within a record that no response has confirmed: it is ignored`);
  return records;
}

/**
 * Whether a line, without its newline, is a complete record.
 *
 * @param {string} line
 */
const isWhole = (line) => line.slice(0, 17) === `${sum(line.slice(17))} `;

/**
 * Restores a sandbox from a file, and stores its changes there from then on.
 *
 * @param {string} path
 * @param {Sandbox} sandbox
 * @param {(error: Error) => void} failed called when a change cannot be stored; no response is sent after that
 * @param {(line: string) => void} warn
 */
export function openStore(path, sandbox, failed, warn) {
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
      const stored = records.flatMap((record) => record.changes.map((change) => JSON.stringify(change)));
      try {
        resume(sandbox, stored, Date.now() - (records.at(-1)?.at ?? 0));
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
 * The real path of a file, past links; of a new file that of its folder.
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
  /** Open all the time, so that no other file can get its inode. */
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
    const all = mutations(sandbox, false) ?? "{}";
    this.#replace(all);
  }

  /**
   * Queues the mutations since the last call.
   *
   * @param {boolean} [evenNone] also when only time has passed
   */
  note(evenNone = false) {
    const change = mutations(this.sandbox, evenNone);
    if (change === undefined) return;
    this.#queue.push(change);
    void this.settled();
  }

  /**
   * Resolves when all queued mutations are on the disk; undefined when they are.
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
      // The lock may have been removed by hand, and another sandbox may have taken the file.
      if (statSync(this.file).ino !== fstatSync(this.#handle).ino) throw new Error("another process has replaced it");
      if (this.#bytes > Math.max(SHORT_BYTES, TIMES * this.#whole)) {
        // Queued mutations are in it already; applying them again changes nothing.
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
      const { message } = /** @type {Error} */ (error);
      this.failed(new Error(`${this.file} cannot be written: ${message}`, { cause: error }));
      // Never settles: a change that is not stored must not be confirmed.
      await new Promise(() => {});
    }
  }

  /**
   * Writes a new file with a snapshot, and puts it in place of the old one.
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
 * Syncs a folder, so that the name of a file in it is on the disk.
 *
 * @param {string} folder
 */
function syncFolder(folder) {
  // Windows cannot open folders, and stores names by itself.
  if (process.platform === "win32") return;
  const handle = openSync(folder, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
