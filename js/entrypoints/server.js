// What the command `clickhouse-cloud sandbox` (pkg/bin) takes beyond the sandbox's own entry: not for users.
import "#sandbox-wasm";

export { ask, hold, mutations, resume } from "../generated/sandbox_bg.js";
