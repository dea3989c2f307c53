// Loads the sandbox's wasm in edge functions, which cannot compile bytes: the bundler provides a compiled module.
import { __wbg_set_wasm } from "../generated/sandbox_bg.js";
import { imports } from "../generated/sandbox.imports.js";
import wasm from "../generated/sandbox_bg.wasm?module";
import { instantiateOnFirstUse } from "./instantiate.js";

instantiateOnFirstUse(__wbg_set_wasm, imports, () => wasm);
