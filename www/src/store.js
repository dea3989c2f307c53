// @ts-check
// The state of the page: the services as last read, the waits in progress, and new passwords. Sections listen to its events.
import { cloud, PATIENCE_MS } from "./cloud.js";
import { announce } from "./dom.js";

/** @typedef {import("clickhouse-cloud").Service} Service */
/** @typedef {import("clickhouse-cloud").WaitOptions} WaitOptions */
/** @typedef {{ goal: string, seconds: number, reads: number, controller: AbortController }} Wait */

/** The services by id, as last read. @type {Map<string, Service>} */
export const services = new Map();
/** The waits in progress, by the id of their service. @type {Map<string, Wait>} */
export const waits = new Map();

/**
 * The passwords of new services, by the service's id, until the visitor has stored them or they are replaced.
 *
 * @type {Map<string, string>}
 */
export const passwords = new Map();

/** Dispatches "change" when anything above has changed, "gone" with a service that was deleted, and "password" with the id of a
 * service whose password was replaced. */
export const store = new EventTarget();
const changed = () => store.dispatchEvent(new Event("change"));

/** @param {Service} service */
export function put(service) {
  const before = services.get(service.id);
  services.set(service.id, service);
  if (before?.state !== service.state) announce(`${service.name} is ${service.state}`);
  changed();
}

/** @param {Service} service */
function drop(service) {
  if (!services.delete(service.id)) return;
  passwords.delete(service.id);
  announce(`${service.name} is gone`);
  store.dispatchEvent(new CustomEvent("gone", { detail: service }));
  changed();
}

/** @param {string} id */
export function passwordChanged(id) {
  passwords.delete(id);
  store.dispatchEvent(new CustomEvent("password", { detail: id }));
}

/** Reads the list of services again. A service with a wait in progress is updated by the wait. */
export async function refresh() {
  const listed = await cloud.services.list();
  for (const service of listed) if (!waits.has(service.id)) put(service);
  const ids = new Set(listed.map((service) => service.id));
  for (const service of services.values()) if (!ids.has(service.id) && !waits.has(service.id)) drop(service);
}

/**
 * Runs a wait of the client, and shows its progress. A new wait for the same service aborts the one before.
 *
 * @template T
 * @param {string} id
 * @param {string} goal
 * @param {(options: WaitOptions) => Promise<T>} run
 * @returns {Promise<T | undefined>} undefined if another wait replaced this one
 */
async function wait(id, goal, run) {
  waits.get(id)?.controller.abort();
  const controller = new AbortController();
  const shown = { goal, seconds: 0, reads: 0, controller };
  waits.set(id, shown);
  changed();
  try {
    return await run({
      signal: controller.signal,
      timeoutMs: PATIENCE_MS,
      onProgress: ({ state, elapsedMs, attempt, fault }) => {
        shown.seconds = elapsedMs / 1000;
        shown.reads = attempt;
        const service = services.get(id);
        // A failed poll has no new state.
        if (service !== undefined && fault === undefined) put({ ...service, state });
      },
    });
  } catch (error) {
    if (controller.signal.aborted) return undefined;
    throw error;
  } finally {
    if (waits.get(id) === shown) waits.delete(id);
    changed();
  }
}

/** Waits until a service has a state. @param {string} id @param {string} state */
export async function reach(id, state) {
  const service = await wait(id, state, (options) => cloud.services.waitFor(id, state, options));
  if (service !== undefined) put(service);
}

/** Brings a service to running. @param {string} id */
export async function wake(id) {
  const service = await wait(id, "running", (options) => cloud.services.ensureRunning(id, options));
  if (service !== undefined) put(service);
}

/** Stops and deletes a service. @param {string} id */
export async function remove(id) {
  const done = await wait(id, "gone", (options) => cloud.services.stopAndDelete(id, options).then(() => true));
  const service = services.get(id);
  if (done && service !== undefined) drop(service);
}
