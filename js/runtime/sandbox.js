// Loads the sandbox's wasm from inlined bytes: in Node, Deno, Bun and browsers, also through bundlers.
import { __wbg_set_wasm } from "../generated/sandbox_bg.js";
import { imports } from "../generated/sandbox.imports.js";
import { wasm } from "../generated/sandbox.text.js";
import { instantiateOnFirstUse } from "./instantiate.js";

instantiateOnFirstUse(__wbg_set_wasm, imports, () => wasm);
