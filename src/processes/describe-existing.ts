import type { ExistingProcess } from './existing.ts';
import { foldConnection, foldQueue } from './identity.ts';
import { describe } from './spec.ts';

/** An existing process in the words of a declaration: `worker on queue high of connection redis`. */
export function describeExisting({ type, processes, command, config }: ExistingProcess): string {
  if (type === 'custom') return describe({ type, processes, command: command ?? undefined });
  if (type !== 'worker') return `process of type ${type}`;
  const queue = foldQueue(config['queue']);
  const connection = foldConnection(config['connection']);
  return describe({ type, processes, config: connection === undefined ? { queue } : { queue, connection } });
}
