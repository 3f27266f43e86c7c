import type { Changes } from '../converge/changes.ts';
import type { ForgeProcess } from './process.ts';
import type { ForgeSpec } from './spec.ts';

export function drift(spec: ForgeSpec, { processes }: ForgeProcess): Changes {
  return spec.processes === undefined || processes === spec.processes
    ? {}
    : { processes: { from: processes, to: spec.processes } };
}
