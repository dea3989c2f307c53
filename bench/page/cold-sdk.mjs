// @ts-check
// A side of table b in a page: milliseconds from the navigation to its first response.
// @ts-expect-error: generated when the benchmarks run
import * as library from "sdk";
import { ofSdk } from "../workloads/cold.mjs";
import { leave } from "./outcome.mjs";

await leave(async () => {
  await ofSdk(library);
  return performance.now();
});
