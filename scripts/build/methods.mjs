// @ts-check
// Phase 9: writes the methods of the contract's operations. They only name the operation and its arguments; js/client.js makes the
// call.
import { join } from "node:path";
import { contract } from "../contract.mjs";
import { methods } from "../methods.mjs";
import { generated, write } from "../tools.mjs";

write(join(generated, "methods.js"), methods(contract, "../hidden.js"));
