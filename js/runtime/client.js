// Loads the client's wasm from inlined bytes: in Node, Deno, Bun and browsers, also through bundlers.
import { __wbg_set_wasm } from "../generated/client_bg.js";
import { imports } from "../generated/client.imports.js";
import { wasm } from "../generated/client.text.js";
import { instantiateOnFirstUse } from "./instantiate.js";

instantiateOnFirstUse(__wbg_set_wasm, imports, () => wasm);
