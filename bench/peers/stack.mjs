// @ts-nocheck: its imports are there only once they are installed
// The stack that a user would otherwise put together, imported as its users do: openapi-fetch with a zod check of the response, and
// p-retry around it.
import createClient from "openapi-fetch";
import pRetry from "p-retry";
import { zod } from "./zod.mjs";

/** @typedef {import("./contract.mjs").Shape} Shape */

/**
 * A function that gets a service.
 *
 * @param {{ baseUrl: string, fetch: unknown, headers: Record<string, string>, contract: Shape, retry: boolean }} options
 * @returns {(organizationId: string, serviceId: string) => Promise<{ id: string }>}
 */
export function stack({ baseUrl, fetch, headers, contract, retry }) {
  const api = createClient({ baseUrl, fetch, headers });
  const schema = zod(contract);
  const get = async (organizationId, serviceId) => {
    const path = "/v1/organizations/{organizationId}/services/{serviceId}";
    const { data } = await api.GET(path, { params: { path: { organizationId, serviceId } } });
    return schema.parse(data).result;
  };
  return retry ? (...ids) => pRetry(() => get(...ids)) : get;
}
