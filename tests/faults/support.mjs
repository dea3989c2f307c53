// @ts-check
// Shared by the tests of faults: the calls, their good responses, and the search for secrets.
import assert from "node:assert/strict";
import { inspect } from "node:util";
import { CloudClient, doubleSha1Hash, hashPassword } from "clickhouse-cloud";

export const ID = "3f6c1d1e-8a52-4b6f-9d0c-5a1b2c3d4e5f";
/** The time limit of a call: much longer than any needs on a busy machine. */
export const FOR_EVER_MS = 30_000;
/** The deadline of attempts that a custom clock times. No other wait is as long. */
export const TIMEOUT_MS = 12_345;

export const service = { id: ID, name: "events", state: "running" };

export const PASSWORD = "PLANTED-p4ssword";
export const keys = { keyId: "key", keySecret: "PLANTED-k3y-secret-as-long-as-they-are-in-life" };
export const BEARER = "PLANTED-b3arer-token-as-long-as-they-are-in-life";
export const basic = Buffer.from(`${keys.keyId}:${keys.keySecret}`).toString("base64");
/** Texts that must not appear: the mark in planted secrets, and the beginnings of the others, since a text may be shortened. */
export const SECRETS = ["PLANTED", ...[basic, hashPassword(PASSWORD), doubleSha1Hash(PASSWORD)].map((secret) => secret.slice(0, 12))];

const enveloped = (/** @type {unknown} */ result) => ({ body: JSON.stringify({ status: 200, requestId: "r-1", result }) });

/**
 * One call for each kind in the retry policy, with its good response.
 *
 * @type {Record<string, { call: (cloud: CloudClient, options?: { timeoutMs: number }) => PromiseLike<unknown> & { withResponse(): Promise<any> }, good: { body: string } }>}
 */
export const operations = {
  get: { call: (cloud, options) => cloud.services.get(ID, options), good: enveloped(service) },
  create: {
    call: (cloud, options) => cloud.services.create({ name: "events", provider: "aws", region: "eu-west-1" }, options),
    good: enveloped({ service, password: PASSWORD }),
  },
  update: { call: (cloud, options) => cloud.services.update(ID, { name: "events" }, options), good: enveloped(service) },
  updateScaling: {
    call: (cloud, options) => cloud.services.updateScaling(ID, { minTotalMemoryGb: 24 }, options),
    good: enveloped(service),
  },
  delete: { call: (cloud, options) => cloud.services.delete(ID, options), good: enveloped(undefined) },
};

/**
 * A client with the log level "debug" whose log is recorded.
 *
 * @param {string} baseUrl
 * @param {Record<string, unknown>} [options]
 */
export function client(baseUrl, options = {}) {
  /** @type {string[]} */
  const log = [];
  const line = (/** @type {unknown[]} */ ...words) => void log.push(words.map(String).join(" "));
  const logger = { error: line, warn: line, info: line, debug: line };
  const cloud = new CloudClient(
    /** @type {any} */ ({
      ...("bearerToken" in options ? {} : keys),
      organizationId: ID,
      baseUrl,
      rateLimit: false,
      logger,
      logLevel: "debug",
      ...options,
    }),
  );
  return { cloud, log };
}

/**
 * A clock that nothing outside can hurry or delay: waits end at once, and an attempt's time is up when the server says
 * that its answer will never end.
 *
 * @param {import("./server.mjs").Cell} cell
 * @param {(wait: number) => unknown} [onWait]
 */
export function clock(cell, onWait = () => {}) {
  let time = Date.now();
  /** @type {number[]} */
  const waits = [];
  const hung = () =>
    new Promise((resolve) => {
      cell.hangs = () => resolve(undefined);
    });
  return {
    waits,
    now: () => time,
    /** @param {number} ms */
    async sleep(ms) {
      if (ms === TIMEOUT_MS) await hung();
      else await onWait(waits.push(ms));
      time += ms;
    },
  };
}

/**
 * All that a program may print of an error, and of what caused it. What is behind the getters `body` and `text` is no
 * part of it.
 *
 * @param {any} error
 * @returns {string}
 */
export function shown(error) {
  if (typeof error !== "object" || error === null) return String(error);
  return [
    error.message,
    error.stack,
    error.toString(),
    JSON.stringify(error),
    inspect(error, { showHidden: false, depth: 10 }),
    ...(error.cause === undefined ? [] : [shown(error.cause)]),
  ].join("\n");
}

/**
 * @param {string} text
 * @param {string} where
 */
export function assertNoSecret(text, where) {
  for (const secret of SECRETS) {
    const at = text.indexOf(secret);
    if (at >= 0) assert.fail(`${where} shows a secret: …${text.slice(Math.max(0, at - 200), at + 100)}…`);
  }
}
