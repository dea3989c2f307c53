// Entry point `clickhouse-cloud/proxy`: a backend that holds the key for browser pages.
import "#client-wasm";

export { createProxy } from "../proxy/handler.js";
export { toNodeListener } from "../proxy/listener.js";
