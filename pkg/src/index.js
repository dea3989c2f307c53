// The client where wasm is compiled from bytes: Node, Deno, Bun, pages and their bundlers.
import { __wbg_set_wasm } from "../dist/client_bg.js";
import { imports } from "../dist/client.imports.js";
import { wasm } from "../dist/client.text.js";
import { instantiateOnFirstUse } from "./runtime.js";
import { decode } from "./text.js";

instantiateOnFirstUse(__wbg_set_wasm, imports, () => decode(wasm));

export * from "../dist/errors.js";
export * from "./client.js";
