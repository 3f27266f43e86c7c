import type { Clock } from '../time.ts';

/**
 * The requests that Laravel Cloud allows in a window of milliseconds. Recorded: `x-ratelimit-limit: 30`, a minute. The
 * window here is a second longer, since the clocks of two machines differ.
 */
const limit = { requests: 30, window: 61_000 } as const;

/** Milliseconds before another look whether one of thirty running reads has ended. */
const pause = 1_000;

/** Spaces the reads of logs: all environments of a step share one limit. */
export class LogTurns {
  readonly #clock: Clock;
  #running = 0;
  /** The ends of the last reads, the oldest first: a request arrives before its end, however long it takes to get there. */
  #ended: readonly number[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Reads when it may. */
  async run<T>(read: () => Promise<T>, cancelled: AbortSignal): Promise<T> {
    for (;;) {
      const now = this.#clock.now();
      this.#ended = this.#ended.filter((at) => now - at < limit.window);
      if (this.#running + this.#ended.length < limit.requests) break;
      const [oldest] = this.#ended;
      await this.#clock.sleep(oldest === undefined ? pause : oldest + limit.window - now, cancelled);
    }
    this.#running += 1;
    try {
      return await read();
    } finally {
      this.#running -= 1;
      this.#ended = [...this.#ended, this.#clock.now()];
    }
  }
}
