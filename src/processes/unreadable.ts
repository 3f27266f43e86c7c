import { Failure } from '../failure.ts';
import type { ExistingProcess } from './existing.ts';
import { foldCommand, foldConnection, foldQueue } from './identity.ts';
import type { Unreadable } from './listing.ts';
import { describe, type ProcessSpec } from './spec.ts';

/** Throws a `Failure` when nothing that is understood matches, and something that is not might. */
export function refuseUnreadable(
  spec: ProcessSpec,
  unreadable: readonly Unreadable<ExistingProcess>[],
): void {
  const possible = unreadable.filter(({ known }) => mayBe(spec, known));
  if (possible.length === 0) return;
  throw new Failure({
    what: `The ${describe(spec)}`,
    why: `it may be ${possible.map(({ id, why }) => `${id}, which came back in a shape that is not understood (${why})`).join(', or ')}`,
    fix: 'Nothing was changed. Look at it where it runs; if it is another one, change or delete it there',
  });
}

/** What is not known of it may be anything. */
function mayBe(spec: ProcessSpec, { type, command, config }: Partial<ExistingProcess>): boolean {
  if (type !== spec.type) return false;
  if (spec.type === 'custom') return command == null || foldCommand(command) === foldCommand(spec.command);
  if (config === undefined) return true;
  const connection = foldConnection(spec.config.connection);
  return (
    foldQueue(config['queue']) === foldQueue(spec.config.queue) &&
    (connection === undefined || connection === foldConnection(config['connection']))
  );
}
