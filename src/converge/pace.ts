import type { Clock } from '../time.ts';

/** The changes that a service allows in a window of `window` milliseconds. */
export interface Pace {
  readonly changes: number;
  readonly window: number;
}

/** Returns the least milliseconds for a number of changes: whole windows, except for the last one. */
export function leastTime(changes: number, pace: Pace): number {
  return Math.max(0, Math.ceil(changes / pace.changes) - 1) * pace.window;
}

/** Returns the milliseconds for a number of changes if others use half of the limit. */
export function timeWithOthers(changes: number, pace: Pace): number {
  return (2 * changes * pace.window) / pace.changes;
}

export interface Progress {
  readonly done: number;
  readonly total: number;
  /** The expected milliseconds for the rest. */
  readonly left: number;
}

/** The least milliseconds between two reports. */
const tellEvery = 30_000;

/** Returns a function to call after each change, which counts the changes and reports progress at most every 30 s. */
export function progressTeller(
  total: number,
  pace: Pace,
  clock: Clock,
  tell: (progress: Progress) => void,
): () => void {
  const started = clock.now();
  let told = started;
  let done = 0;
  return () => {
    done++;
    const now = clock.now();
    if (now - told < tellEvery || done >= total) return;
    told = now;
    // Other runs may use the limit, too. The first changes, which come in bursts, are no measure for the rest.
    const asSoFar = done < pace.changes ? 0 : ((now - started) / done) * (total - done);
    tell({ done, total, left: Math.max(asSoFar, leastTime(total - done, pace)) });
  };
}

/** A limit of the number of parallel tasks. The others wait for their turn, urgent tasks first. */
export class Semaphore {
  readonly #most: number;
  #running = 0;
  readonly #urgent: (() => void)[] = [];
  readonly #waiting: (() => void)[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  get most(): number {
    return this.#most;
  }

  async run<T>(task: () => Promise<T>, urgency?: 'urgent'): Promise<T> {
    await this.#turn(urgency === 'urgent' ? this.#urgent : this.#waiting);
    try {
      return await task();
    } finally {
      const next = this.#urgent.shift() ?? this.#waiting.shift();
      // The next task takes over this place, so the count stays.
      if (next === undefined) this.#running--;
      else next();
    }
  }

  async #turn(queue: (() => void)[]): Promise<void> {
    if (this.#running < this.#most) this.#running++;
    else await new Promise<void>((resolve) => queue.push(resolve));
  }
}
