// @ts-nocheck: what it imports is there only once it is installed
// The peers, as their own users import them.
export { default as createClient } from "openapi-fetch";
export { z } from "zod";
