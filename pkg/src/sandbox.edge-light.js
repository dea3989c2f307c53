// The sandbox in edge functions, which compile no bytes: the module comes compiled.
import { __wbg_set_wasm } from "../dist/sandbox_bg.js";
import { imports } from "../dist/sandbox.imports.js";
import wasm from "../dist/sandbox_bg.wasm?module";
import { instantiateOnFirstUse } from "./runtime.js";

instantiateOnFirstUse(__wbg_set_wasm, imports, () => wasm);

export { Sandbox } from "../dist/sandbox_bg.js";
