// The sandbox in Cloudflare Workers, which compile no bytes: the module comes compiled.
import * as sandbox from "../dist/sandbox_bg.js";
import { imports } from "../dist/sandbox.imports.js";
import * as wasm from "../dist/sandbox_bg.wasm";
import { guardedClass } from "../dist/room.js";
import { compiled, instantiateOnFirstUse } from "./runtime.js";

instantiateOnFirstUse(sandbox.__wbg_set_wasm, imports, () => compiled(wasm));

// Defined here, not passed on, as in index.js.
export const Sandbox = /* @__PURE__ */ guardedClass(sandbox.Sandbox, "Sandbox");
