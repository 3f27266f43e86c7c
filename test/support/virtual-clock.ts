import type { Clock } from '../../src/time.ts';

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

/**
 * Time that moves only when everything is asleep: then to the moment at which the first sleeper wakes. Any number of
 * tasks can sleep on it; those that wake at the same moment go on in the order in which they lay down.
 */
export class VirtualClock implements Clock {
  #now = 0;
  /** By the moment of waking, the earliest first. */
  readonly #sleepers: Sleeper[] = [];

  /** How many are asleep. */
  get asleep(): number {
    return this.#sleepers.length;
  }

  now(): number {
    return this.#now;
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    await new Promise<void>((resolve, reject) => {
      const sleeper = {
        at: this.#now + Math.max(0, ms),
        wake: () => {
          signal?.removeEventListener('abort', rouse);
          resolve();
        },
      };
      const rouse = (): void => {
        this.#sleepers.splice(this.#sleepers.indexOf(sleeper), 1);
        reject(signal?.reason);
      };
      signal?.addEventListener('abort', rouse, { once: true });
      const later = this.#sleepers.findLastIndex(({ at }) => at <= sleeper.at);
      this.#sleepers.splice(later + 1, 0, sleeper);
    });
  }

  /** Moves time on until the task has ended, and gives its result. Rejects if nothing can ever end it. */
  async run<T>(task: Promise<T>): Promise<T> {
    let ended = false;
    const end = (): void => {
      ended = true;
    };
    task.then(end, end);
    for (;;) {
      await othersTurn();
      if (ended) return await task;
      const next = this.#sleepers.shift();
      if (next === undefined) throw new Error('The task waits for something that is not asleep');
      this.#now = Math.max(this.#now, next.at);
      next.wake();
    }
  }
}

/** Lets every promise go on that can. */
async function othersTurn(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}
