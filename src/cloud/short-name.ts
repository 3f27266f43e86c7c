import type { RowName } from '../converge/text.ts';
import { describeExisting } from './identity.ts';
import type { ExistingProcess } from './process.ts';
import { describe, foldConnection, foldQueue, type PinnedSpec } from './spec.ts';

export function rowName(process: PinnedSpec | ExistingProcess): RowName {
  const identity = 'id' in process ? describeExisting(process, Infinity) : describe(process, Infinity);
  return { name: shortName(process), identity, shared: [] };
}

/** Returns the shortest distinct name: `worker high,default (redis)`, `php artisan horizon`. */
export function shortName(process: PinnedSpec | ExistingProcess): string {
  if ('doubt' in process && process.doubt !== undefined && process.type === 'worker')
    return 'worker, unknown queue';
  if (process.type === 'worker' && 'config' in process) {
    const { queue, connection } = queueOf(process);
    return connection === undefined ? `worker ${queue}` : `worker ${queue} (${connection})`;
  }
  const command = 'command' in process ? process.command : undefined;
  return command || (process.type === 'custom' ? 'custom process' : `process of type ${process.type}`);
}

export function queueOf({ config }: { readonly config: object }): {
  readonly queue: string;
  readonly connection: string | undefined;
} {
  const options: Readonly<Record<string, unknown>> = { ...config };
  return { queue: foldQueue(options['queue']), connection: foldConnection(options['connection']) };
}
