// The sandbox that a visitor meets first. The build makes the first look at its services from the same options.
import type { SandboxOptions } from "clickhouse-cloud/sandbox";

export const SANDBOX = { scenario: "busy-team", seed: 7, timeScale: 30, latencyMs: 60 } satisfies SandboxOptions;
