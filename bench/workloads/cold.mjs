// @ts-check
// The first call of a fresh process or page, by each side: its modules are loaded here and not before. The response is canned.
import { body, headers, id } from "../peers/service.mjs";

/** @typedef {import("../peers/contract.mjs").Shape} Shape */

const baseUrl = "https://localhost";
const authorization = `Basic ${btoa("key:secret")}`;
const fetch = async () => new Response(body, { headers });
const key = { keyId: "key", keySecret: "secret", organizationId: id, dangerouslyAllowBrowser: true };

/** What the runtime itself loads for a fetch. */
export async function bare() {
  new Request(baseUrl, { headers: { authorization }, signal: new AbortController().signal });
  return (await (await fetch()).json()).result;
}

/** @param {{ stack: typeof import("../peers/stack.mjs").stack }} library @param {Shape} contract */
export const ofStack = ({ stack }, contract) => stack({ baseUrl, fetch, headers: { authorization }, contract, retry: true })(id, id);

/** @param {any} sdk */
export async function ofSdk({ client, instanceGet }) {
  client.setConfig({ baseUrl, fetch, headers: { authorization } });
  return (await instanceGet({ path: { organizationId: id, serviceId: id }, throwOnError: true })).data.result;
}

/** @param {typeof import("clickhouse-cloud")} library */
export const ofClient = ({ CloudClient }) => new CloudClient({ baseUrl, fetch, ...key }).services.get(id);
