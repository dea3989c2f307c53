// The `fetch` option takes other libraries' fetch, and functions that hand on what they are given. Checked by types.test.mjs.
import { CloudClient } from "clickhouse-cloud";
import crossFetch, { fetch as named } from "cross-fetch";
import nodeFetch from "node-fetch";
import nodeFetch2 from "node-fetch-2";
import { Agent, fetch as undiciFetch } from "undici";

const dispatcher = new Agent();

export const clients = [
  new CloudClient({ fetch }),
  new CloudClient({ fetch: (url, init) => fetch(url, init) }),
  new CloudClient({ fetch: undiciFetch }),
  new CloudClient({ fetch: (url, init) => undiciFetch(url, { ...init, dispatcher }) }),
  new CloudClient({ fetch: nodeFetch }),
  new CloudClient({ fetch: (url, init) => nodeFetch(url, { ...init, size: 1_000_000 }) }),
  new CloudClient({ fetch: nodeFetch2 }),
  new CloudClient({ fetch: (url, init) => nodeFetch2(url, { ...init, compress: false }) }),
  new CloudClient({ fetch: crossFetch }),
  new CloudClient({ fetch: named }),
  // @ts-expect-error an agent is no fetch
  new CloudClient({ fetch: dispatcher }),
  // @ts-expect-error what undici's request resolves with has no status
  new CloudClient({ fetch: async (url) => (await import("undici")).request(url) }),
];
