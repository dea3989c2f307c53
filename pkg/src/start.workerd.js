// The client's wasm in Cloudflare Workers, which compile no bytes: the module comes compiled.
// Bundlers keep this file wherever it is imported: package.json says that it has effects.
import { __wbg_set_wasm } from "../dist/client_bg.js";
import { imports } from "../dist/client.imports.js";
import * as wasm from "../dist/client_bg.wasm";
import { compiled, instantiateOnFirstUse } from "./runtime.js";

instantiateOnFirstUse(__wbg_set_wasm, imports, () => compiled(wasm));
