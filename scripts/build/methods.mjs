// @ts-check
// Phase 9: the methods of the contract's operations. They only name the operation and its arguments; pkg/src/client.js has
// what calls it.
import { join } from "node:path";
import { contract } from "../contract.mjs";
import { methods } from "../methods.mjs";
import { dist, write } from "../tools.mjs";

write(join(dist, "methods.js"), methods(contract, "../src/hidden.js"));
