import type { Clock } from '../time.ts';

/**
 * The requests that Laravel Cloud allows in a window of milliseconds. Recorded: `x-ratelimit-limit: 30`, a minute. The
 * window here is a second longer, since some requests arrive faster than others.
 */
const limit = { requests: 30, window: 61_000 } as const;

/** Spaces the reads of logs: all environments of a step share one limit. */
export class LogTurns {
  readonly #clock: Clock;
  /** The times of the last reads, the oldest first. */
  #read: readonly number[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Resolves when the next read may begin. */
  async next(cancelled: AbortSignal): Promise<void> {
    for (;;) {
      const now = this.#clock.now();
      this.#read = this.#read.filter((at) => now - at < limit.window);
      const [oldest = now] = this.#read;
      if (this.#read.length < limit.requests) break;
      await this.#clock.sleep(oldest + limit.window - now, cancelled);
    }
    this.#read = [...this.#read, this.#clock.now()];
  }
}
