import { backoff } from '../time/backoff.ts';
import type { Clock, Random } from '../time/clock.ts';
import type { HttpFailure, Retry } from './http-failure.ts';

/** Milliseconds from the first failure on: a deploy must outlive a restart of the service's edge. */
const budgets: Partial<Record<Retry, number>> = { patiently: 60_000, briefly: 15_000 };
const thrice = 3;
const pauses = { first: 500, longest: 8_000 } as const;

/** How long one call goes on being tried: a budget of time, whatever the number of tries. */
export class Patience {
  readonly #clock: Clock;
  readonly #pause: () => number;
  #firstFailure: number | undefined;
  #costly = 0;

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#pause = backoff(pauses, random);
  }

  /** Milliseconds to wait before the next try; undefined when the call is to be given up. */
  after({ retry, retryAfter = 0 }: HttpFailure): number | undefined {
    this.#firstFailure ??= this.#clock.now();
    if (retry === 'never') return undefined;
    // How long that is, the gate knows: it holds for all calls.
    if (retry === 'when-allowed') return 0;
    if (retry === 'thrice') return ++this.#costly < thrice ? Math.max(this.#pause(), retryAfter) : undefined;
    const left = this.#firstFailure + (budgets[retry] ?? 0) - this.#clock.now();
    // The last try falls on the end of the budget, unless the server itself names a later moment.
    return left > 0 ? Math.max(Math.min(this.#pause(), left), retryAfter) : undefined;
  }

  /** Milliseconds in which nothing was tried do not count. */
  excuse(ms: number): void {
    if (this.#firstFailure !== undefined) this.#firstFailure += ms;
  }
}
