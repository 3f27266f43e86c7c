import { foldCommand, type Identity, keyOf } from '../converge/identity.ts';
import type { ExistingProcess } from './process.ts';
import { describe, foldConnection, foldQueue, type ProcessSpec } from './spec.ts';

/** What a declaration is known by: a custom process by its command, a worker by its queue list and its connection. */
export function identityOf(spec: ProcessSpec): Identity {
  return spec.type === 'custom'
    ? { family: `custom ${foldCommand(spec.command)}`, marks: [] }
    : workerIdentity('worker', spec.config.queue, spec.config.connection);
}

/** What a process that exists is known by. One of a type not known yet is never taken for a declared one. */
export function identityOfExisting({ type, command, config }: ExistingProcess): Identity {
  return type === 'custom'
    ? { family: `custom ${foldCommand(command ?? '')}`, marks: [] }
    : workerIdentity(type, config['queue'], config['connection']);
}

function workerIdentity(type: string, queue: unknown, connection: unknown): Identity {
  return { family: `${type} ${foldQueue(queue)}`, marks: [foldConnection(connection)] };
}

/** Can a process in doubt be the declared one? What is not known of it may be anything. */
export function couldBe(spec: ProcessSpec, { type, command }: ExistingProcess): boolean {
  if (type !== '') return type === spec.type;
  return spec.type === 'worker' || command === null || foldCommand(command) === foldCommand(spec.command);
}

/** A custom process is known by its command, a worker by its config: has the API told that? */
export function statesIdentity({ type, command, tellsConfig }: ExistingProcess): boolean {
  return type === 'custom' ? command !== null : tellsConfig;
}

/** An existing process in the words of a declaration: `worker on queue high of connection redis`. */
export function describeExisting(
  { type, processes, command, config, doubt }: ExistingProcess,
  room?: number,
): string {
  if (type === 'custom') return describe({ type, processes, command: command ?? undefined }, room);
  if (type !== 'worker') return `process of type ${type === '' ? 'unknown' : type}`;
  if (doubt !== undefined) return 'worker on an unknown queue';
  const queue = foldQueue(config['queue']);
  const connection = foldConnection(config['connection']);
  return describe(
    { type, processes, config: connection === undefined ? { queue } : { queue, connection } },
    room,
  );
}

/** What tells processes apart that match one declaration: `connection redis, 2 processes`. */
export function particularsOf({ type, processes, config }: ExistingProcess): string {
  const count = `${processes ?? 'an unknown number of'} ${processes === 1 ? 'process' : 'processes'}`;
  return type === 'worker'
    ? `connection ${foldConnection(config['connection']) ?? 'not set'}, ${count}`
    : count;
}

/** Equal for two declarations that would be one process: a manifest declares none twice. */
export function identityKey(spec: ProcessSpec): string {
  return keyOf(identityOf(spec));
}
