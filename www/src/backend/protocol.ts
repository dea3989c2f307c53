// The messages between a tab and the worker that has the sandbox. Every request has an id, which its response repeats.
import type { SandboxClientOptions, SandboxInjection } from "clickhouse-cloud/sandbox";

/** The sandbox's time at the moment of a message, and how fast it runs; a speed of 0: it stands still. */
export interface Time {
  readonly now: number;
  readonly speed: number;
}

/** The controls of the sandbox, by their names: arguments and result. */
export interface Controls {
  setSpeed(speed: number): void;
  skip(ms: number): void;
  faults(): { name: string; description: string; probability: number }[];
  setProbability(fault: string, probability: number): void;
  inject(injection: SandboxInjection): void;
  reset(scenario: string): void;
  verifyPassword(serviceId: string, password: string): boolean;
}

export type ControlName = keyof Controls;

export interface WireRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string | undefined;
}

export interface WireResponse {
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: ArrayBuffer;
}

export type ToWorker =
  | { readonly type: "fetch"; readonly id: number; readonly request: WireRequest }
  | { readonly type: "abort"; readonly id: number }
  | { readonly type: "control"; readonly id: number; readonly name: ControlName; readonly args: readonly unknown[] };

export type FromWorker =
  | { readonly type: "ready"; readonly options: Credentials; readonly time: Time; readonly notice: string | undefined }
  | { readonly type: "time"; readonly time: Time }
  /** Another sandbox takes the place of the one before, with another time. */
  | { readonly type: "restarted" }
  | { readonly type: "response"; readonly id: number; readonly response: WireResponse }
  | { readonly type: "result"; readonly id: number; readonly value: unknown }
  | { readonly type: "failure"; readonly id: number; readonly message: string };

/** What a client needs that can be sent between threads. */
export type Credentials = Omit<SandboxClientOptions, "fetch" | "clock">;
