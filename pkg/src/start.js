// The client's wasm where wasm is compiled from bytes: Node, Deno, Bun, pages and their bundlers.
// Bundlers keep this file wherever it is imported: package.json says that it has effects.
import { __wbg_set_wasm } from "../dist/client_bg.js";
import { imports } from "../dist/client.imports.js";
import { wasm } from "../dist/client.text.js";
import { instantiateOnFirstUse } from "./runtime.js";
import { decode } from "./text.js";

instantiateOnFirstUse(__wbg_set_wasm, imports, () => decode(wasm));
