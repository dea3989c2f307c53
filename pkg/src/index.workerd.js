// The client in Cloudflare Workers, which compile no bytes: the module comes compiled.
import { __wbg_set_wasm } from "../dist/client_bg.js";
import { imports } from "../dist/client.imports.js";
import wasm from "../dist/client_bg.wasm";
import * as client from "./client.js";
import { instantiateOnFirstUse } from "./runtime.js";

instantiateOnFirstUse(__wbg_set_wasm, imports, () => wasm);

export * from "../dist/errors.js";

// Defined here, as in index.js.
export const Backups = client.Backups;
export const BuiltRequest = client.BuiltRequest;
export const CloudClient = client.CloudClient;
export const Organizations = client.Organizations;
export const RateLimiter = client.RateLimiter;
export const Services = client.Services;
export const doubleSha1Hash = client.doubleSha1Hash;
export const generatePassword = client.generatePassword;
export const hashPassword = client.hashPassword;
