import type { Change, Changes } from '../converge/changes.ts';
import { foldCommand } from '../converge/identity.ts';
import type { ExistingProcess } from './process.ts';
import {
  type ConfigKey,
  configKeys,
  foldConnection,
  foldQueue,
  type PinnedSpec,
  type WorkerConfig,
} from './spec.ts';

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

function givenKeys(config: WorkerConfig): ConfigKey[] {
  return (Object.keys(configKeys) as ConfigKey[]).filter((key) => config[key] !== undefined);
}

/** Returns the meaning of a value as text, so that `3` equals `"3"`, and `high, default` equals `high,default`. */
function comparable(key: ConfigKey, value: unknown): string {
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
