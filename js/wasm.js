// @ts-check
// The entries into the client's wasm. Each asks for room on the stack first, but Core.call, whose callers do
// (promise.js, client.js). Nothing else of the package imports them.
import * as wasm from "./generated/client_bg.js";
import { guarded, guardedClass } from "./bindings/stack.js";

/** @typedef {wasm.Core} Core */
/** @typedef {wasm.Limiter} Limiter */

export const Core = /* @__PURE__ */ guardedClass(wasm.Core, "Core", "call");
export const Limiter = /* @__PURE__ */ guardedClass(wasm.Limiter, "Limiter");
export const checkSchema = /* @__PURE__ */ guarded(wasm.checkSchema);
export const doubleSha1Hash = /* @__PURE__ */ guarded(wasm.doubleSha1Hash);
export const generate = /* @__PURE__ */ guarded(wasm.generate);
export const hashPassword = /* @__PURE__ */ guarded(wasm.hashPassword);
export const refuseOptions = /* @__PURE__ */ guarded(wasm.refuseOptions);
