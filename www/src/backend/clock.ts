// The sandbox's time in a tab: computed from the worker's last message, so that a look at the clock needs none.
import { signal } from "@preact/signals";
import type { Time } from "./protocol.ts";

interface Sleeper {
  readonly until: number;
  readonly wake: () => void;
}

/** Timers of browsers fire at once when their time is longer. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export class VirtualClock {
  /** How fast it runs; 0: it stands still. */
  readonly speed = signal(1);
  /** Unknown until the worker's first message. */
  #time: Time = { now: 0, speed: 0 };
  #since = performance.now();
  #sleepers = new Set<Sleeper>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  readonly now = (): number => this.#time.now + (performance.now() - this.#since) * this.#time.speed;

  /** Resolves after that many virtual milliseconds; rejects with the signal's reason. */
  readonly sleep = (ms: number, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const abort = () => {
        this.#sleepers.delete(sleeper);
        reject(signal?.reason);
      };
      const sleeper = {
        until: this.now() + ms,
        wake: () => {
          this.#sleepers.delete(sleeper);
          signal?.removeEventListener("abort", abort);
          resolve();
        },
      };
      signal?.addEventListener("abort", abort, { once: true });
      this.#sleepers.add(sleeper);
      this.#plan();
    });

  /** Takes the time of the worker. */
  set(time: Time): void {
    // The time of a message that took long is behind: virtual time never goes back.
    this.#time = { ...time, now: Math.max(time.now, this.now()) };
    this.#since = performance.now();
    this.speed.value = time.speed;
    this.#plan();
  }

  #plan(): void {
    clearTimeout(this.#timer);
    const now = this.now();
    for (const sleeper of [...this.#sleepers]) if (sleeper.until <= now) sleeper.wake();
    const next = Math.min(...[...this.#sleepers].map(({ until }) => until));
    if (!Number.isFinite(next) || this.#time.speed === 0) return;
    this.#timer = setTimeout(() => this.#plan(), Math.min((next - now) / this.#time.speed + 1, LONGEST_TIMER_MS));
  }
}
