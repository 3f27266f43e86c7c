import type { ExistingProcess } from './existing.ts';
import type { ProcessSpec } from './spec.ts';

/** White space runs folded, ends trimmed: two commands that a shell reads the same way. */
export function foldCommand(command: string): string {
  return command.trim().replace(/\s+/g, ' ');
}

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

/**
 * The processes that may be the declared one. The API knows no names, so identity is derived: a custom process is its
 * command, a worker is its queue list and connection. Of a worker without a declared connection, those without one
 * are the better match; only if there are none do the others count.
 */
export function candidates<T extends ExistingProcess>(spec: ProcessSpec, existing: readonly T[]): T[] {
  const found = allCandidates(spec, existing);
  if (spec.type === 'custom' || foldConnection(spec.config.connection) !== undefined) return found;
  const withoutConnection = found.filter(({ config }) => foldConnection(config['connection']) === undefined);
  return withoutConnection.length > 0 ? withoutConnection : found;
}

/** The same, but without a declared connection those of any connection count alike. */
export function allCandidates<T extends ExistingProcess>(spec: ProcessSpec, existing: readonly T[]): T[] {
  if (spec.type === 'custom') {
    const command = foldCommand(spec.command);
    return existing.filter(
      ({ type, command: other }) => type === 'custom' && foldCommand(other ?? '') === command,
    );
  }
  const queue = foldQueue(spec.config.queue);
  const onQueue = existing.filter(
    ({ type, config }) => type === 'worker' && foldQueue(config['queue']) === queue,
  );
  const connection = foldConnection(spec.config.connection);
  if (connection === undefined) return onQueue;
  return onQueue.filter(({ config }) => foldConnection(config['connection']) === connection);
}

/** Two declarations that would be one process. Used to refuse a manifest that declares one twice. */
export function identityKey(spec: ProcessSpec): string {
  if (spec.type === 'custom') return JSON.stringify(['custom', foldCommand(spec.command)]);
  const { queue, connection } = spec.config;
  return JSON.stringify(['worker', foldQueue(queue), foldConnection(connection) ?? null]);
}
