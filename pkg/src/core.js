// @ts-check
// What another entry of the package takes from the client's, so that both are one: its classes and its wasm.
export { checkOptions } from "./entries.js";
export { CloudClient, RateLimiter, redactor } from "./client.js";
export { environment } from "./host.js";
export { isRateLimiter } from "./limiter.js";
export { CLIENT } from "./options.js";
export { read } from "./read.js";
