// clickhouse-cloud/proxy: the backend that holds the key for pages.
import "#client-wasm";

export { createProxy } from "../proxy/handler.js";
export { toNodeListener } from "../proxy/listener.js";
