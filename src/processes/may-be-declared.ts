import type { ExistingProcess } from './existing.ts';
import { foldCommand } from './fold-command.ts';
import { foldConnection, foldQueue } from './identity.ts';
import type { ProcessSpec } from './spec.ts';

/** May it be the declared process? What is not known of it may be anything, if something is known that fits. */
export function mayBeDeclared(
  spec: ProcessSpec,
  { type, command, config }: Partial<ExistingProcess>,
): boolean {
  if (type !== undefined && type !== spec.type) return false;
  if (spec.type === 'custom')
    return command == null ? type !== undefined : foldCommand(command) === foldCommand(spec.command);
  if (config === undefined) return type !== undefined;
  const connection = foldConnection(spec.config.connection);
  return (
    foldQueue(config['queue']) === foldQueue(spec.config.queue) &&
    (connection === undefined || connection === foldConnection(config['connection']))
  );
}
