// The proxy where wasm is compiled from bytes: Node, Deno, Bun.
import "./start.js";
import { createProxy as create } from "./proxy/handler.js";
import { toNodeListener as listener } from "./proxy/listener.js";

// Defined here, not passed on, as in index.js.
export const createProxy = create;
export const toNodeListener = listener;
