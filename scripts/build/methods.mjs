// @ts-check
// Phase 9: writes the methods of the contract's operations. They only name the operation and its arguments; js/client.js makes the
// call.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { contract } from "../contract.mjs";
import { methods } from "../methods.mjs";
import { generated, read, root, write } from "../tools.mjs";

const helpers = join(root, "js/helpers");
const extended = readdirSync(helpers)
  .flatMap((name) => [...read(join(helpers, name)).matchAll(/extends (\w+)Operations /g)])
  .map(([, name]) => name.charAt(0).toLowerCase() + name.slice(1));

write(join(generated, "methods.js"), methods(contract, "../hidden.js", extended));
