// The proxy in Vercel's edge runtime, which compiles no bytes either.
import "./index.edge-light.js";

export { createProxy } from "./proxy/handler.js";
export { toNodeListener } from "./proxy/listener.js";
