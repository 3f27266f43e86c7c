import type { Clock, Random } from '../time.ts';
import { backoff } from '../time.ts';
import { HttpFailure } from './failure.ts';

/** Where a server that turns requests away does not say for how long: its window is a minute. */
const pauses = { first: 1_000, longest: 20_000 } as const;
/** So long after it has opened again, in milliseconds, requests go one at a time. */
const singleFile = 60_000;

/**
 * The one gate of all requests of a run. After a 429 it closes for as long as the server asks, for everybody: the limit
 * is not that of one request. Then requests go one at a time for a while, so that not all of them meet the next 429.
 */
export class RateGate {
  readonly #clock: Clock;
  readonly #random: Random;
  #pause: () => number;
  #opensAt = Number.NEGATIVE_INFINITY;
  #passing = false;
  readonly #line: (() => void)[] = [];

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
    this.#pause = backoff(pauses, random);
  }

  /** Milliseconds until it opens. */
  get closedFor(): number {
    return Math.max(0, this.#opensAt - this.#clock.now());
  }

  /** Sends as soon as it may. `check` is asked whether so long a wait makes sense, and throws if not. */
  async pass<T>(send: () => Promise<T>, check: (wait: number) => void, cancelled: AbortSignal): Promise<T> {
    check(this.closedFor);
    if (this.#clock.now() >= this.#opensAt + singleFile) return await this.#noting(send);
    await this.#turn();
    try {
      // Those who were let in before it closed may find that it stays closed for longer.
      for (let wait = this.closedFor; wait > 0; wait = this.closedFor) {
        check(wait);
        await this.#clock.sleep(wait, cancelled);
      }
      return await this.#noting(send);
    } finally {
      const next = this.#line.shift();
      // A turn that is handed over stays taken.
      if (next === undefined) this.#passing = false;
      else next();
    }
  }

  async #turn(): Promise<void> {
    if (this.#passing) await new Promise<void>((resolve) => this.#line.push(resolve));
    this.#passing = true;
  }

  async #noting<T>(send: () => Promise<T>): Promise<T> {
    try {
      const answer = await send();
      this.#pause = backoff(pauses, this.#random);
      return answer;
    } catch (error) {
      if (error instanceof HttpFailure && error.retry === 'when-allowed') this.#close(error.retryAfter);
      throw error;
    }
  }

  #close(asked: number | undefined): void {
    // Several that were on their way together are turned away together.
    if (asked === undefined && this.closedFor > 0) return;
    this.#opensAt = Math.max(this.#opensAt, this.#clock.now() + (asked ?? this.#pause()));
  }
}
