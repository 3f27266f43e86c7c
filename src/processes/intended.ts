import { changesCommand, flagOf } from './drift.ts';
import type { ExistingProcess } from './existing.ts';
import { type ConfigKey, configKeys, type PinnedSpec, type WorkerConfig } from './spec.ts';

/** The fields of an update. */
export interface ProcessUpdate {
  readonly processes?: number;
  readonly command?: string;
  readonly config?: WorkerConfig;
}

/**
 * What to send so that an existing process becomes the declared one. The config is sent whole (what is set now, and
 * over it what is declared), since it is not known whether the API merges or replaces it.
 */
export function updateFor(spec: PinnedSpec, existing: ExistingProcess): ProcessUpdate {
  const processes = spec.processes === undefined ? {} : { processes: spec.processes };
  if (spec.type === 'custom') {
    return changesCommand(spec.command, existing) ? { ...processes, command: spec.command } : processes;
  }
  const config = { ...settableOptions(existing.config), ...spec.config };
  return Object.keys(config).length === 0 ? processes : { ...processes, config };
}

/** The options that are set and that a request may set, in the types that a request needs. */
export function settableOptions(config: ExistingProcess['config']): WorkerConfig {
  const kept: Record<string, string | number | boolean> = {};
  for (const [key, kind] of Object.entries(configKeys)) {
    const value = asKind(kind, config[key]);
    if (value !== undefined) kept[key] = value;
  }
  return kept;
}

/** The config as read back, without what is unset. */
export function setOptions(config: ExistingProcess['config']): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(config).filter(([, value]) => value !== null && value !== undefined),
  );
}

function asKind(kind: (typeof configKeys)[ConfigKey], value: unknown): string | number | boolean | undefined {
  if (value === null || value === undefined || value === '') return undefined;
  if (kind === 'flag') return flagOf(value);
  if (kind === 'text') return String(value);
  const number = Number(value);
  return Number.isInteger(number) ? number : undefined;
}
