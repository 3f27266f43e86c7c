import type { Clock } from '../time.ts';

/** How many changes a service allows in a window of so many milliseconds. */
export interface Pace {
  readonly changes: number;
  readonly window: number;
}

/** Milliseconds that so many changes take at least. All windows but the last one are waited for whole. */
export function leastTime(changes: number, pace: Pace): number {
  return Math.max(0, Math.ceil(changes / pace.changes) - 1) * pace.window;
}

/** Milliseconds that so many changes may take where others use up as much of what is allowed. */
export function timeWithOthers(changes: number, pace: Pace): number {
  return (2 * changes * pace.window) / pace.changes;
}

export interface Progress {
  readonly done: number;
  readonly total: number;
  /** Milliseconds that the rest will take, most likely. */
  readonly left: number;
}

/** How often progress is told at most, in milliseconds. */
const tellEvery = 30_000;

/** Counts changes, and tells once in a while how far they are; to be called for each one that has ended. */
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
    // Others may use the limit, too; but the first changes, which come in bursts, say nothing about what is to come.
    const asSoFar = done < pace.changes ? 0 : ((now - started) / done) * (total - done);
    tell({ done, total, left: Math.max(asSoFar, leastTime(total - done, pace)) });
  };
}
