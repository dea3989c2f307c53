// The sandbox in edge functions, which compile no bytes: the module comes compiled.
import * as glue from "../dist/sandbox_bg.js";
import { imports } from "../dist/sandbox.imports.js";
import wasm from "../dist/sandbox_bg.wasm?module";
import { instantiateOnFirstUse } from "./runtime.js";

instantiateOnFirstUse(glue, imports, () => wasm);

export { Sandbox } from "../dist/sandbox_bg.js";
