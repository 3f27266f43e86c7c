import type { Clock } from '../../src/time.ts';

/** What a wait is handed in a test: no jitter, no signal. */
export function waitingOn(clock: Clock) {
  return { clock, random: () => 1, cancelled: new AbortController().signal };
}
