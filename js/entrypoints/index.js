// Entry point `clickhouse-cloud`: the client, its functions and its errors.
import "#client-wasm";

export * from "../errors.js";
export {
  Backups,
  BuiltRequest,
  CloudClient,
  Organizations,
  RateLimiter,
  Services,
  doubleSha1Hash,
  generatePassword,
  hashPassword,
  schemas,
} from "../client.js";
