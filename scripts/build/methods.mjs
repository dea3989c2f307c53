// @ts-check
// Phase 9: the methods of the contract's operations. They only name the operation and its arguments; js/client.js has
// what calls it.
import { join } from "node:path";
import { contract } from "../contract.mjs";
import { methods } from "../methods.mjs";
import { generated, write } from "../tools.mjs";

write(join(generated, "methods.js"), methods(contract, "../hidden.js"));
