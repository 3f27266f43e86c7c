import { type Change, type Changes, foldCommand, type Identity, keyOf } from '../converge/compare.ts';
import type { RowName } from '../converge/text.ts';
import type { ExistingProcess } from './process.ts';
import {
  type ConfigKey,
  configKeys,
  describe,
  foldConnection,
  foldQueue,
  type Identifying,
  nameText,
  type PinnedSpec,
  type ProcessSpec,
  queueOf,
  type WorkerConfig,
} from './spec.ts';

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
  // A command of this form would look like a worker.
  if (type !== 'worker')
    return command?.match(/^(worker|custom process)\b/)
      ? describe({ type, command }, Infinity)
      : command || describe({ type });
  if (doubt !== undefined) return 'worker, unknown queue';
  const { queue, connection } = queueOf(config);
  return connection === undefined
    ? `worker ${nameText(queue)}`
    : `worker ${nameText(queue)} (${nameText(connection)})`;
}

/**
 * Returns the differences between an existing process and its declaration. Compares only declared fields, by value:
 * `processes`, the command, and each config key. A value that the API does not report has no `from`.
 */
export function drift(spec: PinnedSpec, existing: ExistingProcess): Changes {
  const changes: Record<string, Change> = {};
  if (spec.processes !== undefined && spec.processes !== existing.processes) {
    changes['processes'] = { from: existing.processes, to: spec.processes };
  }
  if (spec.type === 'custom') {
    if (changesCommand(spec.command, existing)) {
      changes['command'] = { from: existing.command ?? undefined, to: spec.command };
    }
    return changes;
  }
  for (const key of givenKeys(spec.config)) {
    const from = existing.config[key] ?? (existing.tellsConfig ? null : undefined);
    const to = spec.config[key];
    if (from === undefined || comparable(key, from) !== comparable(key, to))
      changes[`config.${key}`] = { from, to };
  }
  return changes;
}

function changesCommand(command: string | undefined, existing: ExistingProcess): command is string {
  return command !== undefined && foldCommand(command) !== foldCommand(existing.command ?? '');
}

export function givenKeys(config: Readonly<Partial<Record<ConfigKey, unknown>>>): ConfigKey[] {
  return (Object.keys(configKeys) as ConfigKey[]).filter((key) => config[key] !== undefined);
}

/** Returns the meaning of a value as text, so that `3` equals `"3"`, and `high, default` equals `high,default`. */
export function comparable(key: ConfigKey, value: unknown): string {
  if (key === 'queue') return foldQueue(value);
  if (key === 'connection') return foldConnection(value) ?? '';
  const kind = configKeys[key];
  // An unset flag is off.
  return String(asKind(kind, value) ?? (value || (kind === 'flag' ? false : '')));
}

/** Reads a flag, which PHP may write as `true`, `"true"`, `1` or `"1"`. Undefined for any other value. */
export function flagOf(value: unknown): boolean | undefined {
  if (value === true || value === 'true' || value === 1 || value === '1') return true;
  if (value === false || value === 'false' || value === 0 || value === '0') return false;
  return undefined;
}

export interface ProcessUpdate {
  readonly processes?: number;
  readonly command?: string;
  readonly config?: WorkerConfig;
}

/**
 * Returns the body of the update request. Its config is whole, since it is unknown if the API merges or replaces a
 * config: the current options, overridden by the declared options.
 */
export function updateFor(spec: PinnedSpec, existing: ExistingProcess): ProcessUpdate {
  const processes = spec.processes === undefined ? {} : { processes: spec.processes };
  if (spec.type === 'custom') {
    return changesCommand(spec.command, existing) ? { ...processes, command: spec.command } : processes;
  }
  const config = { ...settableOptions(existing.config), ...spec.config };
  return Object.keys(config).length === 0 ? processes : { ...processes, config };
}

/** Returns the set options that a request may contain, in the types that a request needs. */
export function settableOptions(config: ExistingProcess['config']): WorkerConfig {
  const kept: Record<string, string | number | boolean> = {};
  for (const [key, kind] of Object.entries(configKeys)) {
    const value = asKind(kind, config[key]);
    if (value !== undefined) kept[key] = value;
  }
  return kept;
}

/** Returns the config as the API reports it, without unset options. */
export function setOptions(config: ExistingProcess['config']): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(config).filter(([, value]) => value !== null && value !== undefined),
  );
}

function asKind(kind: (typeof configKeys)[ConfigKey], value: unknown): string | number | boolean | undefined {
  if (value === null || value === undefined || value === '') return undefined;
  if (kind === 'flag') return flagOf(value);
  if (kind === 'text') return String(value);
  const number = numberOf(value);
  return Number.isInteger(number) ? number : undefined;
}

/** Reads a number, also as text. NaN for any other value: `Number([])` is 0, which for `tries` means without end. */
function numberOf(value: unknown): number {
  const isText = typeof value === 'string' && value.trim() !== '';
  return typeof value === 'number' || isText ? Number(value) : Number.NaN;
}
