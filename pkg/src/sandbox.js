// The sandbox where wasm is compiled from bytes: Node, Deno, Bun, pages and their bundlers.
import * as sandbox from "../dist/sandbox_bg.js";
import { imports } from "../dist/sandbox.imports.js";
import { wasm } from "../dist/sandbox.text.js";
import { guardedClass } from "../dist/room.js";
import { instantiateOnFirstUse } from "./runtime.js";
import { decode } from "./text.js";

instantiateOnFirstUse(sandbox.__wbg_set_wasm, imports, () => decode(wasm));

// Defined here, not passed on, as in index.js.
export const Sandbox = /* @__PURE__ */ guardedClass(sandbox.Sandbox, "Sandbox");
