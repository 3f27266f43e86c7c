import type { Changes } from '../converge/changes.ts';
import type { ForgeProcess } from './process.ts';
import type { ForgeSpec } from './spec.ts';

/**
 * Returns the differences between a process and its declaration. A missing number in the response is no difference:
 * after a replacement it would be missing, too.
 */
export function drift(spec: ForgeSpec, { processes }: ForgeProcess): Changes {
  return spec.processes === undefined || processes === undefined || processes === spec.processes
    ? {}
    : { processes: { from: processes, to: spec.processes } };
}

/** Returns a warning if Forge does not report the number that the declaration names; undefined otherwise. */
export function notCompared(spec: ForgeSpec, { id, processes }: ForgeProcess): string | undefined {
  return spec.processes === undefined || processes !== undefined
    ? undefined
    : `Forge does not report how many processes ${id} has: whether it has ${spec.processes} is not known.`;
}
