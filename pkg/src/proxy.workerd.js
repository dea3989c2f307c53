// The proxy in Cloudflare Workers, which compile no bytes: the module comes compiled.
import "./start.workerd.js";
import { createProxy as create } from "./proxy/handler.js";
import { toNodeListener as listener } from "./proxy/listener.js";

// Defined here, not passed on, as in index.js.
export const createProxy = create;
export const toNodeListener = listener;
