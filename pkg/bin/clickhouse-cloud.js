#!/usr/bin/env node
// @ts-check
// The command `clickhouse-cloud`. It ends with 0 when it did what it was asked, 2 when it was asked wrongly, 1 when
// something else stood in the way.
import { readFileSync } from "node:fs";
import { COMMANDS_HELP, UsageError, readArguments } from "./arguments.js";
import { sandbox } from "./sandbox.js";

try {
  const asked = readArguments(process.argv.slice(2));
  if (asked.print === "version") {
    const manifest = readFileSync(new URL("../package.json", import.meta.url), "utf8");
    console.log(JSON.parse(manifest).version);
  } else if (asked.print !== undefined) {
    console.log(asked.print);
  } else {
    await sandbox(asked.sandbox);
  }
} catch (error) {
  const usage = error instanceof UsageError;
  const message = error instanceof Error ? error.message : String(error);
  console.error(usage && message === "" ? COMMANDS_HELP : `clickhouse-cloud: ${message}`);
  if (usage && message !== "") console.error("See: clickhouse-cloud sandbox --help");
  process.exitCode = usage ? 2 : 1;
}
