// @ts-check
// A side of table b in a page: milliseconds from the navigation to its first response.
import * as library from "clickhouse-cloud";
import { ofClient } from "../workloads/cold.mjs";
import { leave } from "./outcome.mjs";

await leave(async () => {
  await ofClient(library);
  return performance.now();
});
