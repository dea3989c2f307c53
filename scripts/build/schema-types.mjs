// @ts-check
// Phase 8: writes the types of the contract, and the names of `schemas` as JavaScript.
import { join } from "node:path";
import { contract } from "../contract.mjs";
import { schemaTypes } from "../schema-types.mjs";
import { generated, write } from "../tools.mjs";

const { text, names } = await schemaTypes(contract);
write(
  join(generated, "names.js"),
  `// Generated from the contract. Behind a name stands an exclamation mark, where requests take it, or a space.
export const names = "${names.map(({ name, requested }) => name + (requested ? "!" : " ")).join("")}";
`,
);
write(join(generated, "schema.d.ts"), `// Generated from the contract.\n${text}`);
