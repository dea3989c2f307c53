// Loads the sandbox's wasm in Cloudflare Workers, which cannot compile bytes: the bundler provides a compiled module.
import { __wbg_set_wasm } from "../generated/sandbox_bg.js";
import { imports } from "../generated/sandbox.imports.js";
import * as wasm from "../generated/sandbox_bg.wasm";
import { instantiateOnFirstUse } from "./instantiate.js";

// In Workers the module is the default export. Vite, which may use this condition too, gives the exports of an instance.
instantiateOnFirstUse(__wbg_set_wasm, imports, () => Reflect.get(wasm, "default") ?? { exports: wasm });
