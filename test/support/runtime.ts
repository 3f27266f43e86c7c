import { Pacer, type Runtime } from '../../src/converge/look.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** What the engine has to work with, on a virtual clock: pauses are as long as can be, and nobody listens. */
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
