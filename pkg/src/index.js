// The client where wasm is compiled from bytes: Node, Deno, Bun, pages and their bundlers.
import "./start.js";
import * as client from "./client.js";

export * from "../dist/errors.js";

// Defined here, not passed on: who uses one of them needs this file, and by it the wasm; for who uses none, bundlers drop
// both.
export const Backups = client.Backups;
export const BuiltRequest = client.BuiltRequest;
export const CloudClient = client.CloudClient;
export const Organizations = client.Organizations;
export const RateLimiter = client.RateLimiter;
export const Services = client.Services;
export const doubleSha1Hash = client.doubleSha1Hash;
export const generatePassword = client.generatePassword;
export const hashPassword = client.hashPassword;
export const schemas = client.schemas;
