// @ts-check
// The exports of the client's wasm. Each checks for free stack space first, since an overflow inside wasm would poison the
// instance; Core.call is entered from the bottom of the stack (driver.js), where there is space. Other modules import the wasm only from here.
import * as wasm from "./generated/client_bg.js";
import { guarded, guardedClass } from "./bindings/stack.js";

/** @typedef {wasm.Core} Core */
/** @typedef {wasm.Limiter} Limiter */

export const Core = /* @__PURE__ */ guardedClass(wasm.Core, "Core", "call");
export const Limiter = /* @__PURE__ */ guardedClass(wasm.Limiter, "Limiter");
export const checkSchema = /* @__PURE__ */ guarded(wasm.checkSchema);
export const doubleSha1Hash = /* @__PURE__ */ guarded(wasm.doubleSha1Hash);
export const generate = /* @__PURE__ */ guarded(wasm.generate);
export const passwordBody = /* @__PURE__ */ guarded(wasm.passwordBody);
export const hashPassword = /* @__PURE__ */ guarded(wasm.hashPassword);
export const refuseOptions = /* @__PURE__ */ guarded(wasm.refuseOptions);
