// @ts-check
// One call, services.get, by each side. Runs in Node and in pages.
import { stack } from "../peers/stack.mjs";
import { id } from "../peers/service.mjs";

/** @typedef {() => Promise<{ id: string }>} Call */

/**
 * @param {object} options
 * @param {string} options.baseUrl
 * @param {(input: any, init?: any) => Promise<Response>} options.fetch
 * @param {import("../peers/contract.mjs").Shape} options.contract
 * @param {new (options: any) => any} options.CloudClient
 * @param {any} options.sdk
 * @returns {Record<string, Call>}
 */
export function sides({ baseUrl, fetch, contract, CloudClient, sdk }) {
  const headers = { authorization: `Basic ${btoa("key:secret")}` };
  const url = `${baseUrl}/v1/organizations/${id}/services/${id}`;
  const key = { keyId: "key", keySecret: "secret", organizationId: id, dangerouslyAllowBrowser: true };
  const cloud = new CloudClient({ baseUrl, fetch, rateLimit: false, ...key });
  const plain = stack({ baseUrl, fetch, headers, contract, retry: false });
  const retried = stack({ baseUrl, fetch, headers, contract, retry: true });
  // The SDK's own client is one for all: here each call has its options.
  const settings = { baseUrl, fetch, headers, path: { organizationId: id, serviceId: id }, throwOnError: true };
  return {
    "raw fetch": async () => (await (await fetch(url, { headers })).json()).result,
    "openapi-fetch, zod": () => plain(id, id),
    "openapi-fetch, zod, p-retry": () => retried(id, id),
    "generated SDK, zod": async () => (await sdk.instanceGet(settings)).data.result,
    "this client": () => cloud.services.get(id),
  };
}

/** The same, each with a check of what it gives. @param {Record<string, Call>} all @returns {Record<string, () => Promise<void>>} */
export const checked = (all) =>
  Object.fromEntries(
    Object.entries(all).map(([name, call]) => [
      name,
      async () => {
        if ((await call()).id !== id) throw new Error(`${name}: another service`);
      },
    ]),
  );
