import type { Timing } from '../../src/time.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** Time on a virtual clock, with pauses that are as long as they can be, and nobody who stops anything. */
export function timingOn(clock: VirtualClock, cancelled = new AbortController().signal): Timing {
  return { clock, random: () => 1, cancelled };
}
