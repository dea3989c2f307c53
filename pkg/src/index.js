// The client where wasm is compiled from bytes: Node, Deno, Bun, pages and their bundlers.
import * as glue from "../dist/client_bg.js";
import { imports } from "../dist/client.imports.js";
import { wasm } from "../dist/client.text.js";
import { instantiateOnFirstUse } from "./runtime.js";
import { decode } from "./text.js";

instantiateOnFirstUse(glue, imports, () => decode(wasm));

export * from "../dist/errors.js";
export * from "./client.js";
