// Entry point `clickhouse-cloud/sandbox`: an in-memory ClickHouse Cloud API.
import "#sandbox-wasm";
import * as sandbox from "../generated/sandbox_bg.js";
import { guardedClass } from "../bindings/stack.js";
import { freeable } from "../freed.js";

export const Sandbox = /* @__PURE__ */ guardedClass(/* @__PURE__ */ freeable(sandbox.Sandbox, "the sandbox"), "Sandbox");
