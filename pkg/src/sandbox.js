// The sandbox where wasm is compiled from bytes: Node, Deno, Bun, pages and their bundlers.
import { __wbg_set_wasm } from "../dist/sandbox_bg.js";
import { imports } from "../dist/sandbox.imports.js";
import { wasm } from "../dist/sandbox.text.js";
import { instantiateOnFirstUse } from "./runtime.js";
import { decode } from "./text.js";

instantiateOnFirstUse(__wbg_set_wasm, imports, () => decode(wasm));

export { Sandbox } from "../dist/sandbox_bg.js";
