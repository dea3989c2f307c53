// @ts-check
// A side of table b in a page: milliseconds from the navigation to its first response.
import { bare } from "../workloads/cold.mjs";
import { leave } from "./outcome.mjs";

await leave(async () => {
  await bare();
  return performance.now();
});
