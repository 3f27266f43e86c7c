import type { Clock } from './clock.ts';

/** A moment after which nothing new is begun. */
export class Deadline {
  readonly #clock: Clock;
  readonly #at: number;
  /** The whole span, in milliseconds, for messages. */
  readonly span: number;

  constructor(clock: Clock, span: number) {
    this.#clock = clock;
    this.#at = clock.now() + span;
    this.span = span;
  }

  /** Milliseconds left; never negative. */
  remaining(): number {
    return Math.max(0, this.#at - this.#clock.now());
  }

  /** Is there time to wait `ms` and still do something after it? */
  allows(ms: number): boolean {
    return ms < this.remaining();
  }
}
