// The proxy in Cloudflare Workers, which compile no bytes: the module comes compiled.
import "./index.workerd.js";

export { createProxy } from "./proxy/handler.js";
export { toNodeListener } from "./proxy/listener.js";
