// The client in Cloudflare Workers, which compile no bytes: the module comes compiled.
import "./start.workerd.js";
import * as client from "./client.js";

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
export const schemas = client.schemas;
