import { candidatesAmong, fits, foldCommand, type Identity, keyOf } from '../converge/identity.ts';
import type { ExistingProcess } from './process.ts';
import type { ProcessSpec } from './spec.ts';
import { describe, foldConnection, foldQueue } from './spec.ts';

/** What a declaration is known by: a custom process by its command, a worker by its queue list and its connection. */
export function identityOf(spec: ProcessSpec): Identity {
  return spec.type === 'custom'
    ? { family: `custom ${foldCommand(spec.command)}`, marks: [] }
    : workerIdentity('worker', spec.config.queue, spec.config.connection);
}

/** The same of a process that exists. One of a type not known yet is never taken for a declared one. */
export function identityOfExisting({ type, command, config }: ExistingProcess): Identity {
  return type === 'custom'
    ? { family: `custom ${foldCommand(command ?? '')}`, marks: [] }
    : workerIdentity(type, config['queue'], config['connection']);
}

function workerIdentity(type: string, queue: unknown, connection: unknown): Identity {
  return { family: `${type} ${foldQueue(queue)}`, marks: [foldConnection(connection)] };
}

/** The processes that may be the declared one; of a worker without a declared connection, those without one first. */
export function candidates(spec: ProcessSpec, existing: readonly ExistingProcess[]): ExistingProcess[] {
  return candidatesAmong(identityOf(spec), existing, identityOfExisting);
}

/** The same, but without a declared connection those of any connection count alike. */
export function allCandidates(spec: ProcessSpec, existing: readonly ExistingProcess[]): ExistingProcess[] {
  const wanted = identityOf(spec);
  return existing.filter((process) => fits(wanted, identityOfExisting(process)));
}

/** Equal for two declarations that would be one process. Used to refuse a manifest that declares one twice. */
export function identityKey(spec: ProcessSpec): string {
  return keyOf(identityOf(spec));
}

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

/** An existing process in the words of a declaration: `worker on queue high of connection redis`. */
export function describeExisting(
  { type, processes, command, config }: ExistingProcess,
  room?: number,
): string {
  if (type === 'custom') return describe({ type, processes, command: command ?? undefined }, room);
  if (type !== 'worker') return `process of type ${type}`;
  const queue = foldQueue(config['queue']);
  const connection = foldConnection(config['connection']);
  return describe(
    { type, processes, config: connection === undefined ? { queue } : { queue, connection } },
    room,
  );
}
