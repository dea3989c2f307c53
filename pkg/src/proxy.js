// The proxy where wasm is compiled from bytes: Node, Deno, Bun.
import "./index.js";

export { createProxy } from "./proxy/handler.js";
export { toNodeListener } from "./proxy/listener.js";
