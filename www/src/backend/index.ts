// Where the console's requests go: the sandbox, or the real API behind the development server's proxy.
import type { Signal } from "@preact/signals";
import type { CloudClientOptions } from "clickhouse-cloud";
import type { SandboxInjection } from "clickhouse-cloud/sandbox";
import { SANDBOX } from "./defaults.ts";

export interface Backend {
  readonly kind: "sandbox" | "api";
  /** Options for `new CloudClient`: fetch, clock, address, credentials. */
  readonly clientOptions: CloudClientOptions;
  /** The sandbox's controls; undefined for the real API. */
  readonly sandbox?: SandboxControl;
}

export interface SandboxControl {
  /** Virtual milliseconds since the epoch. */
  now(): number;
  readonly clock: Signal<{ speed: number; paused: boolean }>;
  setSpeed(speed: number): void;
  pause(): void;
  play(): void;
  skip(ms: number): Promise<void>;
  faults(): Promise<{ name: string; description: string }[]>;
  setProbability(fault: string, probability: number): Promise<void>;
  inject(injection: SandboxInjection): Promise<void>;
  /** Starts over with a scenario. */
  reset(scenario?: string): Promise<void>;
  verifyPassword(serviceId: string, password: string): Promise<boolean>;
}

export async function openBackend(): Promise<Backend> {
  const { Sandbox } = await import("clickhouse-cloud/sandbox");
  const sandbox = new Sandbox(SANDBOX);
  return { kind: "sandbox", clientOptions: sandbox.clientOptions };
}
