import { foldCommand, type Identity, keyOf } from '../converge/identity.ts';
import type { RowName } from '../converge/text.ts';
import type { ExistingProcess } from './process.ts';
import { describe, type Identifying, type ProcessSpec, queueOf } from './spec.ts';

/**
 * Returns the identity of a declaration or of an existing process: a custom process's command, a worker's queue list and
 * connection. A process of an unknown type never matches a declaration.
 */
export function identityOf({ type, command, config }: Identifying): Identity {
  if (type === 'custom') return { family: `custom ${foldCommand(command ?? '')}`, marks: [] };
  const { queue, connection } = queueOf(config);
  return { family: `${type} ${queue}`, marks: [connection] };
}

/** True if a process in doubt can be the declared process: its unknown fields may have any value. */
export function couldBe(spec: ProcessSpec, { type, command }: ExistingProcess): boolean {
  if (type !== '') return type === spec.type;
  return spec.type === 'worker' || command === null || foldCommand(command) === foldCommand(spec.command);
}

/** True if the API reports the identity: a custom process's command, a worker's config. */
export function statesIdentity({ type, command, tellsConfig }: ExistingProcess): boolean {
  return type === 'custom' ? command !== null : tellsConfig;
}

/** Returns the fields that distinguish processes of one declaration: `connection redis, 2 processes`. */
export function particularsOf({ type, processes, config }: ExistingProcess): string {
  const count = `${processes ?? 'an unknown number of'} ${processes === 1 ? 'process' : 'processes'}`;
  return type === 'worker' ? `connection ${queueOf(config).connection ?? 'not set'}, ${count}` : count;
}

/** Returns a key that is equal for two declarations of one process. */
export function identityKey(spec: ProcessSpec): string {
  return keyOf(identityOf(spec));
}

export function rowName(process: Identifying): RowName {
  return { name: shortName(process), identity: describe(process, Infinity), shared: [] };
}

/** Returns the shortest distinct name: `worker high,default (redis)`, `php artisan horizon`. */
export function shortName({ type, command, config, doubt }: Identifying): string {
  if (type !== 'worker') return command || (type === 'custom' ? 'custom process' : `process of type ${type}`);
  if (doubt !== undefined) return 'worker, unknown queue';
  const { queue, connection } = queueOf(config);
  return connection === undefined ? `worker ${queue}` : `worker ${queue} (${connection})`;
}
