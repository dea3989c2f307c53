// What the console needs of a back end, and the controls that only the sandbox has.
import type { ReadonlySignal } from "@preact/signals";
import type { CloudClientOptions } from "clickhouse-cloud";
import type { SandboxInjection } from "clickhouse-cloud/sandbox";

export interface Backend {
  readonly kind: "sandbox" | "api";
  /** Something that the visitor should know, such as that nothing can be stored. */
  readonly notice: string | undefined;
  /** Options for `new CloudClient`: fetch, clock, address, credentials. */
  readonly clientOptions: CloudClientOptions;
  /** The sandbox's controls; undefined for the real API. */
  readonly sandbox?: SandboxControl;
}

export interface SandboxControl {
  /** Virtual milliseconds since the epoch. */
  now(): number;
  readonly clock: ReadonlySignal<{ speed: number; paused: boolean }>;
  /** Virtual seconds in a real one. */
  setSpeed(speed: number): Promise<void>;
  /** While the time stands still, requests wait for the rate limit, too. */
  pause(): Promise<void>;
  play(): Promise<void>;
  skip(ms: number): Promise<void>;
  faults(): Promise<{ name: string; description: string; probability: number }[]>;
  setProbability(fault: string, probability: number): Promise<void>;
  inject(injection: SandboxInjection): Promise<void>;
  /** Starts over with a scenario. */
  reset(scenario?: string): Promise<void>;
  verifyPassword(serviceId: string, password: string): Promise<boolean>;
}
