// @ts-check
// A side of table b in a page: milliseconds from the navigation to its first response.
import * as library from "../peers/stack.mjs";
import { ofStack } from "../workloads/cold.mjs";
import { leave, options } from "./outcome.mjs";

await leave(async () => {
  await ofStack(library, options.contract);
  return performance.now();
});
