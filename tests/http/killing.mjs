// @ts-check
// A sandbox on a file under load, killed at random moments. The load changes every resource. After each kill every confirmed
// change must be there.
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { address as addressOf, tour } from "../fidelity/tour.mjs";
import { operations } from "../js/operations.mjs";
import { collections, settings } from "./changes.mjs";
import { address, bin, start } from "./server.mjs";

/** @import { Json } from "../js/samples.mjs" */
/** @import { Collection, Setting } from "./changes.mjs" */

const HOUR = 3_600_000;
const WRITERS = 8;
/** The most confirmed changes before a kill, and the longest pause after the last of them. */
const LIFE = { changes: 40, ms: 10 };
/** The most records that a writer has of a collection; above it, it deletes. */
const RECORDS = 8;
/** The roles that a member gets one after the other. */
const ROLES = 5;

/** What is known of a value: the confirmed one, and those that were sent. One of these may have been applied, too. @typedef {{ value: unknown, sent: Set<unknown> }} Known */

/**
 * @param {string} file
 * @param {number} kills
 * @param {number} seed
 */
export async function rounds(file, kills, seed) {
  let state = seed;
  const random = () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
  const one = (/** @type {any[]} */ all) => all[Math.floor(random() * all.length)];
  let number = 0;
  /** @type {Set<string>} */
  const lost = new Set();
  /** How often each operation was confirmed. @type {Map<string, number>} */
  const confirmed = new Map();
  let counted = () => {};
  /** Which resource each writer was at: the next life goes on there. */
  const turns = Array.from({ length: WRITERS }, () => 0);
  const args = ["sandbox", "--port", "0", "--rate-limit", "off", "--max-services", "10000", "--data", file];
  const begin = async () => {
    const started = start(process.execPath, [bin, ...args]);
    return { ...started, ...(await address(started)) };
  };

  let cloud = await begin();
  const send = async (/** @type {string} */ method, /** @type {string} */ path, /** @type {unknown} */ body) => {
    const { url, authorization } = cloud;
    const response = await fetch(`${url}${path}`, { method, headers: { authorization }, body: JSON.stringify(body) });
    return { status: response.status, text: await response.text() };
  };
  const upload = async (/** @type {string} */ to) => {
    const response = await fetch(to, { method: "PUT", body: "archive" });
    assert.equal(response.status, 200);
  };
  const advance = async (/** @type {number} */ ms) => assert.ok((await send("POST", "/__sandbox/advance", { ms })).status < 300);
  const { ids, build } = tour({ send, upload, advance, organizationId: String(cloud.env.CLICKHOUSE_ORG_ID), now: Date.now });
  await build();

  /**
   * The result of a call that is confirmed. A refusal ends the test, but for one of this status: it has no result.
   *
   * @param {string} name
   * @param {unknown} [body]
   * @param {Json} [more] ids
   * @param {unknown} [refusal]
   * @returns {Promise<any>}
   */
  const call = async (name, body, more, refusal) => {
    const operation = operations.find((one) => one.name === name);
    assert.ok(operation, name);
    const { status, text } = await send(operation.method, addressOf(operation, { ...ids, ...more }), body);
    if (status === refusal) return undefined;
    if (status !== operation.status) {
      lost.add(`${name} ${JSON.stringify(body)}: ${text}`);
      throw new Error(text);
    }
    if (operation.method !== "GET") {
      confirmed.set(name, (confirmed.get(name) ?? 0) + 1);
      counted();
    }
    return JSON.parse(text).result;
  };
  const uploaded = async () => {
    const { uploadId, uploadUrl } = await call("udfs.createUpload");
    await upload(uploadUrl);
    return uploadId;
  };

  /** @type {string[]} */
  const roles = [];
  for (let role = 0; role < ROLES; role += 1) roles.push((await call("roles.create", { name: `r${role}`, actors: [], policies: [] })).id);
  const { service } = await call("services.create", { name: "stopped", provider: "aws", region: "eu-west-1" });
  const stopped = { serviceId: service.id };
  await advance(HOUR);
  await call("services.updateState", { command: "stop" }, stopped);
  await advance(HOUR);
  const every = [...settings(roles, stopped).map(set), ...collections(ids, uploaded).map(keep)];

  /** Changes a setting, and checks it. @param {Setting} setting */
  function set({ changes, removal, creation, of, body, read, shown, value }) {
    /** @type {Known} */
    const known = { value: undefined, sent: new Set() };
    return {
      check: async () => {
        const result = await call(read, undefined, of, removal && 404);
        const found = (result && shown(result)) ?? null;
        if (known.value !== undefined && found !== known.value && !known.sent.has(found))
          lost.add(`${changes[0]}: ${found}, not ${known.value}`);
        Object.assign(known, { value: found, sent: new Set() });
      },
      write: async () => {
        const removed = known.value === null;
        if (removal && !removed && random() < 0.3) await confirm(known, null, () => call(removal, undefined, of));
        else await confirm(known, value((number += 1)), (next) => call((removed && creation) || one(changes), body(next), of));
      },
    };
  }

  /** Creates, changes and deletes records of a collection, and checks them. @param {Collection} collection */
  function keep({ resource, parameter, list, listed, created, body, text, update, change, deleted }) {
    /** @type {Map<unknown, Known>} */
    const known = new Map();
    const gone = new Set();
    /** Those whose deletion was sent: gone or not, until it is confirmed. */
    const leaving = new Set();
    const identity = (/** @type {Json} */ record) => String(record[parameter] ?? record.id);
    const create = async () => {
      const value = `name_${(number += 1)}`;
      const result = await call(`${resource}.create`, await body(value));
      known.set(identity(created(result)), { value, sent: new Set() });
    };
    const remove = async (/** @type {unknown} */ id) => {
      leaving.add(id);
      await call(`${resource}.delete`, undefined, { [parameter]: id });
      known.delete(id);
      gone.add(id);
    };
    return {
      check: async (last = false) => {
        const all = listed(await call(list));
        /** @type {Map<string, unknown>} */
        const there = new Map(all.map((record) => [identity(record), text(record)]));
        for (const id of leaving) known.delete(id);
        for (const [id, { value, sent }] of known) {
          const found = there.get(String(id));
          if (found === undefined) lost.add(`${resource} ${id} is not there`);
          else if (found !== value && !sent.has(found)) lost.add(`${resource} ${id} is ${found}, not ${value}`);
          if (found === undefined) known.delete(id);
          else known.set(id, { value: found, sent: new Set() });
        }
        if (last) for (const id of gone) if (there.has(id)) lost.add(`${resource} ${id} is there again`);
      },
      write: async () => {
        const [id, value] = one([...known]) ?? [];
        if (value === undefined || (random() < 0.4 && known.size < RECORDS)) await create();
        else if (deleted && random() < 0.4) await remove(id);
        else if (update) await confirm(value, `name_${(number += 1)}`, (next) => call(update, change(next), { [parameter]: id }));
      },
    };
  }

  /** Each writer has its own resources, so that the value that was sent last is the one to expect. @param {number} writer */
  const write = async (writer) => {
    const mine = every.filter((_, index) => index % WRITERS === writer);
    for (;;) await mine[(turns[writer] += 1) % mine.length]?.write();
  };
  /** Deletions are checked at the last: some records are shown until their end is over. */
  const check = async (last = false) => {
    for (const each of every) await each.check(last);
  };
  /** Waits for so many confirmed changes, and a pause, or for the end of all writers. @param {number} changes @param {number} ms @param {Promise<unknown>[]} writers */
  const moment = async (changes, ms, writers) => {
    const enough = new Promise((resolve) => {
      let left = changes;
      counted = () => (left -= 1) <= 0 && resolve(undefined);
    });
    await Promise.race([enough, Promise.all(writers)]);
    await sleep(ms);
  };

  let killed = 0;
  for (; killed < kills; killed += 1) {
    if (killed > 0) cloud = await begin();
    await check();
    const before = lost.size;
    const writers = Array.from({ length: WRITERS }, (_, writer) => write(writer).catch(() => {}));
    await moment(random() * LIFE.changes, random() * LIFE.ms, writers);
    cloud.child.kill("SIGKILL");
    await Promise.all([cloud.ended, ...writers]);
    if (lost.size > before) break;
  }
  cloud = await begin();
  await check();
  await advance(3 * HOUR);
  await check(true);
  cloud.child.kill("SIGTERM");
  const { stderr } = await cloud.ended;
  if (stderr !== "") lost.add(stderr);
  return { kills: killed, confirmed, lost: [...lost] };
}

/** Sends a value, and expects it as soon as it is confirmed. @param {Known} known @param {unknown} next @param {(next: any) => Promise<unknown>} send */
async function confirm(known, next, send) {
  known.sent.add(next);
  await send(next);
  known.value = next;
  known.sent.delete(next);
}
