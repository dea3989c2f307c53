// @ts-check
// Ten kinds of bad responses of the operation that lists services, and what this client and validators say of them.
import { service } from "../peers/service.mjs";
import { id } from "./services.mjs";
import { options } from "./validate.mjs";

/** The most characters of a text that a table shows. */
const MOST = 240;

const good = { ...service, id: id(1) };
/** @param {unknown[]} result */
const list = (...result) => JSON.stringify({ status: 200, requestId: id(0), result });
const { id: _, ...withoutId } = good;

/** @type {{ name: string, body: string }[]} */
export const bad = [
  { name: "a required property is missing", body: list(good, withoutId) },
  { name: "null for a required property", body: list(good, { ...good, name: null }) },
  { name: "a string for a number", body: list({ ...good, endpoints: [{ ...good.endpoints[0], port: "8443" }] }) },
  { name: "no UUID", body: list({ ...good, id: "service-1" }) },
  { name: "no date", body: list({ ...good, createdAt: "yesterday" }) },
  { name: "a fraction for an integer", body: list({ ...good, numReplicas: 1.5 }) },
  { name: "an object for the list", body: JSON.stringify({ status: 200, requestId: id(0), result: good }) },
  { name: "no result", body: JSON.stringify({ status: 200, requestId: id(0) }) },
  { name: "a text that is cut off", body: list(good, good).slice(0, -20) },
  { name: "a page of a gateway", body: "<html><body>502 Bad Gateway</body></html>" },
];

/**
 * What this client and each validator say, shortened.
 *
 * @param {{ body: string }} response
 * @param {new (options: any) => { services: { list(): Promise<unknown> } }} CloudClient
 * @param {Record<string, (value: unknown) => unknown>} checks
 */
export function spoken({ body }, CloudClient, checks) {
  const cloud = new CloudClient(options(async () => new Response(body, { headers: { "content-type": "application/json" } })));
  return Promise.all(
    [() => cloud.services.list(), ...Object.values(checks).map((check) => async () => check(JSON.parse(body)))].map((run) =>
      run().then(
        () => "accepted",
        (/** @type {Error} */ { message }) => shortened(message.replace(/\s+/g, " ").trim()),
      ),
    ),
  );
}

/** @param {string} text */
const shortened = (text) => (text.length > MOST ? `${text.slice(0, MOST - 2)} …` : text);
