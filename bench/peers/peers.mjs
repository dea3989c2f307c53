// @ts-nocheck: its imports are there only once they are installed
// The libraries that the benchmarks compare with, imported as their users do.
export { default as createClient } from "openapi-fetch";
export { z } from "zod";
