import { foldCommand } from '../processes/fold-command.ts';
import { foldDirectory } from './identity.ts';
import type { ForgeProcess } from './process.ts';

/** What a process is looked for by. */
export interface Sought {
  readonly command: string;
  readonly user: string | undefined;
  readonly directory: string | undefined;
}

/** May one that is not understood be it? What is not known of it may be anything. */
export function mayBeSought(
  { command, user, directory }: Sought,
  known: Partial<Pick<ForgeProcess, keyof Sought>>,
): boolean {
  return (
    (known.command === undefined || foldCommand(known.command) === foldCommand(command)) &&
    (user === undefined || known.user === undefined || known.user === user) &&
    (directory === undefined ||
      known.directory === undefined ||
      foldDirectory(known.directory) === foldDirectory(directory))
  );
}
