// Internal entry point: the functions that the command `clickhouse-cloud sandbox` (pkg/bin) needs beyond the sandbox's.
import "#sandbox-wasm";

export { ask, hold, mutations, resume } from "../generated/sandbox_bg.js";
