import type { RowName } from '../converge/text.ts';
import type { ForgeProcess } from './process.ts';
import { describe, type ForgeSpec } from './spec.ts';

/** How a plan names a process of Laravel Forge: by its command, under its user and its directory. */
export function rowName({ command, user, directory }: ForgeSpec | ForgeProcess): RowName {
  const where = directory ?? undefined;
  return {
    name: command,
    // Without the word `user`: it is in `plan-json`.
    identity: describe({ command, user, directory: where }, 'of'),
    shared: where === undefined ? [user] : [user, where],
  };
}
