// Loads the client's wasm in edge functions, which cannot compile bytes: the bundler provides a compiled module.
import { __wbg_set_wasm } from "../generated/client_bg.js";
import { imports } from "../generated/client.imports.js";
import wasm from "../generated/client_bg.wasm?module";
import { instantiateOnFirstUse } from "./instantiate.js";

instantiateOnFirstUse(__wbg_set_wasm, imports, () => wasm);
