import type { RowName } from '../converge/text.ts';
import type { ForgeProcess } from './process.ts';
import { describe, type ForgeSpec } from './spec.ts';

/** Returns the name of a process in a plan: its command, under a heading with its user and directory. */
export function rowName({ command, user, directory }: ForgeSpec | ForgeProcess): RowName {
  const where = directory ?? undefined;
  return {
    name: command,
    // The identity in `plan-json` does not have the word `user`: `process "..." of forge`.
    identity: describe({ command, user, directory: where }, 'of'),
    shared: where === undefined ? [user] : [user, where],
  };
}
