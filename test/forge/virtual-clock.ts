import type { Clock } from '../../src/time/clock.ts';

/** Time that passes only by sleeping, and then at once. */
export class VirtualClock implements Clock {
  #now = 0;

  now(): number {
    return this.#now;
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    this.#now += ms;
    await Promise.resolve();
  }
}

/** What a wait is handed in a test: no jitter, no signal. */
export function waitingOn(clock: Clock) {
  return { clock, random: () => 1, cancelled: new AbortController().signal };
}
