import type { RowName } from '../converge/text.ts';
import type { ForgeProcess } from './process.ts';
import { describe, type ForgeSpec } from './spec.ts';

/** The name of a process in a plan: its command, under its user and directory. */
export function rowName({ command, user, directory }: ForgeSpec | ForgeProcess): RowName {
  const where = directory ?? undefined;
  return {
    name: command,
    // `plan-json` has it without the word `user`.
    identity: describe({ command, user, directory: where }, 'of'),
    shared: where === undefined ? [user] : [user, where],
  };
}
