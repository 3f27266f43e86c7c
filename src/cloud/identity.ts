import { foldCommand, type Identity, keyOf } from '../converge/identity.ts';
import type { RowName } from '../converge/text.ts';
import type { ExistingProcess } from './process.ts';
import { describe, describeWorker, type PinnedSpec, type ProcessSpec, queueOf } from './spec.ts';

/** Returns the identity of a declaration: a custom process's command, a worker's queue list and connection. */
export function identityOf(spec: ProcessSpec): Identity {
  return spec.type === 'custom'
    ? { family: `custom ${foldCommand(spec.command)}`, marks: [] }
    : workerIdentity('worker', spec.config);
}

/** Returns the identity of an existing process. A process of an unknown type never matches a declaration. */
export function identityOfExisting({ type, command, config }: ExistingProcess): Identity {
  return type === 'custom'
    ? { family: `custom ${foldCommand(command ?? '')}`, marks: [] }
    : workerIdentity(type, config);
}

function workerIdentity(type: string, config: ExistingProcess['config']): Identity {
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

/** Returns an existing process in the words of a declaration: `worker on queue high of connection redis`. */
export function describeExisting(
  { type, processes, command, config, doubt }: ExistingProcess,
  room?: number,
): string {
  if (type === 'custom') return describe({ type, processes, command: command ?? undefined }, room);
  if (type !== 'worker') return `process of type ${type === '' ? 'unknown' : type}`;
  return doubt === undefined ? describeWorker(config, room) : 'worker on an unknown queue';
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

export function rowName(process: PinnedSpec | ExistingProcess): RowName {
  const identity = 'id' in process ? describeExisting(process, Infinity) : describe(process, Infinity);
  return { name: shortName(process), identity, shared: [] };
}

/** Returns the shortest distinct name: `worker high,default (redis)`, `php artisan horizon`. */
export function shortName(process: PinnedSpec | ExistingProcess): string {
  if ('doubt' in process && process.doubt !== undefined && process.type === 'worker')
    return 'worker, unknown queue';
  if (process.type === 'worker' && 'config' in process) {
    const { queue, connection } = queueOf(process.config);
    return connection === undefined ? `worker ${queue}` : `worker ${queue} (${connection})`;
  }
  const command = 'command' in process ? process.command : undefined;
  return command || (process.type === 'custom' ? 'custom process' : `process of type ${process.type}`);
}
