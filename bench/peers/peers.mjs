// @ts-nocheck: its imports are there only once they are installed
// The peers, as their own users import them.
export { default as createClient } from "openapi-fetch";
export { z } from "zod";
