import type { Changes } from '../converge/changes.ts';
import type { ForgeProcess } from './process.ts';
import type { ForgeSpec } from './spec.ts';

/** The differences between a process and its declaration. An unreported number is no difference: a replacement would not report it either. */
export function drift(spec: ForgeSpec, { processes }: ForgeProcess): Changes {
  return spec.processes === undefined || processes === undefined || processes === spec.processes
    ? {}
    : { processes: { from: processes, to: spec.processes } };
}

/** A warning about a declared number that could not be compared; undefined if there is none. */
export function notCompared(spec: ForgeSpec, { id, processes }: ForgeProcess): string | undefined {
  return spec.processes === undefined || processes !== undefined
    ? undefined
    : `Forge does not report how many processes ${id} has: whether it has ${spec.processes} is not known.`;
}
