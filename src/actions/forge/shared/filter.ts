import type { ForgeProcess } from '../../../forge/process.ts';
import { foldCommand } from '../../../processes/identity.ts';
import type { Unreadable } from '../../../processes/listing.ts';
import type { Inputs } from '../../../runner/inputs.ts';

/** Which processes a step is about, besides the site. */
export interface ForgeFilter {
  readonly user: string | undefined;
  readonly directory: string | undefined;
  /** A part of the command. Forge cannot filter by it. */
  readonly command: string | undefined;
}

/** Reads `user`, `directory` and `command`. */
export function readForgeFilter(inputs: Inputs): ForgeFilter {
  return {
    user: inputs.text('user'),
    directory: inputs.text('directory'),
    command: inputs.text('command'),
  };
}

/** Those whose command has the wanted part, white space folded. */
export function withCommand(
  processes: readonly ForgeProcess[],
  { command }: ForgeFilter,
): readonly ForgeProcess[] {
  if (command === undefined) return processes;
  const part = foldCommand(command);
  return processes.filter((process) => foldCommand(process.command).includes(part));
}

/** As `withCommand`, of those that are not understood: what tells no command may have it. */
export function mayHaveCommand(
  unreadable: readonly Unreadable<ForgeProcess>[],
  { command }: ForgeFilter,
): readonly Unreadable<ForgeProcess>[] {
  if (command === undefined) return unreadable;
  const part = foldCommand(command);
  return unreadable.filter(
    ({ known }) => known.command === undefined || foldCommand(known.command).includes(part),
  );
}

/** The filter as it stands in a report: `user forge, command "horizon"`. */
export function describeFilter(filter: ForgeFilter, site: string | undefined): string {
  const parts = [
    site === undefined ? [] : [`site ${site}`],
    filter.user === undefined ? [] : [`user ${filter.user}`],
    filter.directory === undefined ? [] : [`directory ${filter.directory}`],
    filter.command === undefined ? [] : [`command with "${filter.command}"`],
  ].flat();
  return parts.length === 0 ? 'all' : parts.join(', ');
}
