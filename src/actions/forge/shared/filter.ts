import type { Sighted } from '../../../forge/gate.ts';
import { foldCommand } from '../../../processes/fold-command.ts';
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

/** Those whose command has the wanted part, white space folded. One that is not understood may have it. */
export function withCommand({ processes, unreadable }: Sighted, { command }: ForgeFilter): Sighted {
  if (command === undefined) return { processes, unreadable };
  const part = foldCommand(command);
  const has = (text: string): boolean => foldCommand(text).includes(part);
  return {
    processes: processes.filter((process) => has(process.command)),
    unreadable: unreadable.filter(({ known }) => known.command === undefined || has(known.command)),
  };
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
