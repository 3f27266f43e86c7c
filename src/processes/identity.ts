import { foldCommand } from './fold-command.ts';
import { candidatesAmong, fits, type Identity, keyOf } from './candidates.ts';
import type { ExistingProcess } from './existing.ts';
import type { ProcessSpec } from './spec.ts';

/** A queue list, trimmed, in order; no queue means `default`. */
export function foldQueue(queue: unknown): string {
  const names = String(queue ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  return names.length === 0 ? 'default' : names.join(',');
}

/** The connection's name, or undefined when there is none. */
export function foldConnection(connection: unknown): string | undefined {
  const name = String(connection ?? '').trim();
  return name === '' ? undefined : name;
}

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
