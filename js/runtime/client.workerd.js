// The client's wasm in Cloudflare Workers, which compile no bytes: the module comes compiled.
import { __wbg_set_wasm } from "../generated/client_bg.js";
import { imports } from "../generated/client.imports.js";
import * as wasm from "../generated/client_bg.wasm";
import { instantiateOnFirstUse } from "./instantiate.js";

// Workers give it as the default export; Vite, which takes their condition too, gives the exports of an instance.
instantiateOnFirstUse(__wbg_set_wasm, imports, () => Reflect.get(wasm, "default") ?? { exports: wasm });
