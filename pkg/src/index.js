// The client where wasm is compiled from bytes: Node, Deno, Bun, pages and their bundlers.
import { __wbg_set_wasm } from "../dist/client_bg.js";
import { imports } from "../dist/client.imports.js";
import { wasm } from "../dist/client.text.js";
import * as client from "./client.js";
import { instantiateOnFirstUse } from "./runtime.js";
import { decode } from "./text.js";

instantiateOnFirstUse(__wbg_set_wasm, imports, () => decode(wasm));

export * from "../dist/errors.js";

// Defined here, where the wasm comes up, and not passed on: a bundler then keeps this file for who uses one of them, and
// drops it, wasm and all, for who uses none.
export const Backups = client.Backups;
export const BuiltRequest = client.BuiltRequest;
export const CloudClient = client.CloudClient;
export const Organizations = client.Organizations;
export const RateLimiter = client.RateLimiter;
export const Services = client.Services;
export const doubleSha1Hash = client.doubleSha1Hash;
export const generatePassword = client.generatePassword;
export const hashPassword = client.hashPassword;
