import { Pacer, type Runtime } from '../../src/converge/look.ts';
import type { Clock } from '../../src/time.ts';

/**
 * Returns a runtime of the engine on a virtual clock, with pauses of maximum length. By default drops all log lines.
 */
export function runtimeOn(
  clock: VirtualClock,
  { cancelled = new AbortController().signal, ...heard }: Partial<Runtime> = {},
): Runtime {
  return {
    clock,
    random: () => 1,
    cancelled,
    pacer: new Pacer({ clock, reads: 0 }),
    timeLeft: () => Number.POSITIVE_INFINITY,
    log: () => undefined,
    warn: () => undefined,
    checkpoint: () => undefined,
    ...heard,
  };
}

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

/**
 * A clock that moves only when all tasks sleep: then it jumps to the earliest wake-up time. Tasks that wake at the same
 * time continue in the order in which they fell asleep.
 */
export class VirtualClock implements Clock {
  #now = 0;
  /** The sleeping tasks in the order of their wake-up time. */
  readonly #sleepers: Sleeper[] = [];

  /** The number of sleeping tasks. */
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

  /**
   * Moves the time until the task has ended, and returns its result. Rejects if no task sleeps and the task has not
   * ended.
   */
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

/** Waits until all pending promise callbacks have run. */
async function othersTurn(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}
