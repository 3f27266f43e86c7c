import { backoff } from '../time/backoff.ts';
import type { Clock, Random } from '../time/clock.ts';

/** How long to give a race or a slow server before looking again. All pauses in milliseconds. */
export interface RaceDelays {
  /** Between a lost answer and the decision that nothing came of it. */
  lost(): readonly number[];
  /** While a rival should remove its own. */
  race(): readonly number[];
  /** Until a race between others has settled: longer than `race`, which those others wait. */
  settle(): readonly number[];
  wait(ms: number): Promise<void>;
}

export function raceDelays(clock: Clock, random: Random, cancelled: AbortSignal): RaceDelays {
  const series = (first: number, longest: number, count: number): number[] => {
    const next = backoff({ first, longest }, random);
    return Array.from({ length: count }, next);
  };
  return {
    lost: () => series(500, 4_000, 4),
    race: () => series(250, 1_000, 4),
    settle: () => series(250, 2_000, 6),
    async wait(ms) {
      if (ms > 0) await clock.sleep(ms, cancelled);
    },
  };
}
