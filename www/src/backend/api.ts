// The real API, behind the development server, which has the key and adds it to each request (vite.config.js).
import type { Backend } from "./types.ts";

const PROXY = "./api/clickhouse";

/** Whether the development server has a key. A built page has no such server. */
export const realApiIsOn: boolean = import.meta.env.DEV && import.meta.env.VITE_REAL_API === "on";

export const openApi = (): Backend => ({ kind: "api", notice: undefined, clientOptions: { baseUrl: new URL(PROXY, location.href).href } });
