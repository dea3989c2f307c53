// The sandbox's wasm in edge functions, which compile no bytes: the module comes compiled.
import { __wbg_set_wasm } from "../generated/sandbox_bg.js";
import { imports } from "../generated/sandbox.imports.js";
import wasm from "../generated/sandbox_bg.wasm?module";
import { instantiateOnFirstUse } from "./instantiate.js";

instantiateOnFirstUse(__wbg_set_wasm, imports, () => wasm);
