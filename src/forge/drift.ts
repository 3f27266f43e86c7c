import type { Changes } from '../converge/changes.ts';
import type { ForgeProcess } from './process.ts';
import type { ForgeSpec } from './spec.ts';

/** A number that Forge does not report differs from nothing: to replace the process would not make it known. */
export function drift(spec: ForgeSpec, { processes }: ForgeProcess): Changes {
  return spec.processes === undefined || processes === undefined || processes === spec.processes
    ? {}
    : { processes: { from: processes, to: spec.processes } };
}

/** What a declaration says that could not be compared; undefined where nothing. */
export function notCompared(spec: ForgeSpec, { id, processes }: ForgeProcess): string | undefined {
  return spec.processes === undefined || processes !== undefined
    ? undefined
    : `Forge does not report how many processes ${id} has: whether it has ${spec.processes} is not known.`;
}
