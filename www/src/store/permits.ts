// The permits of requests, by the API's limit: a slot is free again one window after its response came. It takes the place of the
// client's own limiter, which does the same, but tells nobody how many calls wait.
import type { Clock, RateLimiterLike, RateLimitOutcome } from "clickhouse-cloud";

interface Slot {
  /** Infinite: its request is in flight. */
  free: number;
}

interface Waiter {
  readonly go: (release: (outcome: RateLimitOutcome) => void) => void;
}

/** How much later a slot is free, in windows: the clocks of a page and of a sandbox in a worker differ a little. */
const SLACK = 0.02;
const never = new AbortController().signal;

export class Permits implements RateLimiterLike {
  readonly #clock: Clock;
  #slots: Slot[] = [];
  /** In the order of arrival. */
  readonly #queue = new Set<Waiter>();
  #pausedUntil = Number.NEGATIVE_INFINITY;
  #isSleeping = false;

  constructor(
    readonly requests: number,
    readonly perMs: number,
    clock: Clock,
  ) {
    this.#clock = clock;
  }

  /** The calls that wait. */
  get waiting(): number {
    return this.#queue.size;
  }

  /** The slots that are not free. */
  get taken(): number {
    return this.#left().length;
  }

  /** How long until a request may go; infinite: until a response comes. */
  get nextMs(): number {
    const slots = this.#left();
    const slot = slots.length < this.requests ? 0 : Math.min(...slots.map(({ free }) => free));
    return Math.max(0, Math.max(slot, this.#pausedUntil) - this.#clock.now());
  }

  acquire(signal: AbortSignal): Promise<(outcome: RateLimitOutcome) => void> {
    return new Promise((resolve, reject) => {
      const abort = () => {
        this.#queue.delete(waiter);
        reject(signal.reason);
      };
      const waiter: Waiter = {
        go: (release) => {
          signal.removeEventListener("abort", abort);
          resolve(release);
        },
      };
      signal.addEventListener("abort", abort, { once: true });
      this.#queue.add(waiter);
      this.#admit();
    });
  }

  #left(): Slot[] {
    const now = this.#clock.now();
    this.#slots = this.#slots.filter(({ free }) => free > now);
    return this.#slots;
  }

  #admit(): void {
    for (const waiter of this.#queue) {
      const ms = this.nextMs;
      if (ms > 0) {
        if (ms < Number.POSITIVE_INFINITY) void this.#sleep(ms);
        return;
      }
      const slot: Slot = { free: Number.POSITIVE_INFINITY };
      this.#slots.push(slot);
      this.#queue.delete(waiter);
      waiter.go(({ status, retryAfterMs = 0 }) => {
        const now = this.#clock.now();
        slot.free = now + this.perMs * (1 + SLACK);
        if (status === 429) this.#pausedUntil = Math.max(this.#pausedUntil, now + retryAfterMs);
        this.#admit();
      });
    }
  }

  /** What is free earlier than the sleep ends is free for the next one, too: no permit is given early. */
  async #sleep(ms: number): Promise<void> {
    if (this.#isSleeping) return;
    this.#isSleeping = true;
    await this.#clock.sleep(ms, never);
    this.#isSleeping = false;
    this.#admit();
  }
}
