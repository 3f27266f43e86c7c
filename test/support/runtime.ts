import { Pacer, type Runtime } from '../../src/converge/look.ts';
import type { VirtualClock } from './virtual-clock.ts';

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
