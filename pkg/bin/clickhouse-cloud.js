#!/usr/bin/env node
// @ts-check
// The command `clickhouse-cloud`. Exit code 0 for success, 2 for a wrong command line, 1 for any other failure.
import { readFileSync } from "node:fs";
import { COMMANDS_HELP, UsageError, readArguments } from "./arguments.js";
import { sandbox } from "./sandbox.js";

try {
  const command = readArguments(process.argv.slice(2));
  if (command.print === "version") {
    const manifest = readFileSync(new URL("../package.json", import.meta.url), "utf8");
    console.log(JSON.parse(manifest).version);
  } else if (command.print !== undefined) {
    console.log(command.print);
  } else {
    await sandbox(command.sandbox);
  }
} catch (error) {
  const usage = error instanceof UsageError;
  const message = error instanceof Error ? error.message : String(error);
  console.error(usage && message === "" ? COMMANDS_HELP : `clickhouse-cloud: ${message}`);
  if (usage && message !== "") console.error("See: clickhouse-cloud sandbox --help");
  process.exitCode = usage ? 2 : 1;
}
