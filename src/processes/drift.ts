import type { Change, Changes } from './changes.ts';
import type { ExistingProcess } from './existing.ts';
import { foldCommand } from './fold-command.ts';
import { foldConnection, foldQueue } from './identity.ts';
import { type ConfigKey, configKeys, type PinnedSpec, type WorkerConfig } from './spec.ts';

/**
 * Where an existing process differs from what was declared, compared by value. Only what the declaration names is
 * compared: `processes`, the command, and each config key that was given.
 */
export function drift(spec: PinnedSpec, existing: ExistingProcess): Changes {
  const changes: Record<string, Change> = {};
  if (spec.processes !== undefined && spec.processes !== existing.processes) {
    changes['processes'] = { from: existing.processes, to: spec.processes };
  }
  if (spec.type === 'custom') {
    if (changesCommand(spec.command, existing)) {
      changes['command'] = { from: existing.command, to: spec.command };
    }
    return changes;
  }
  for (const key of givenKeys(spec.config)) {
    const from = existing.config[key] ?? null;
    const to = spec.config[key];
    if (meaningOf(key, from) !== meaningOf(key, to)) changes[`config.${key}`] = { from, to };
  }
  return changes;
}

/** Is another command declared? */
export function changesCommand(command: string | undefined, existing: ExistingProcess): command is string {
  return command !== undefined && foldCommand(command) !== foldCommand(existing.command ?? '');
}

export function hasDrifted(spec: PinnedSpec, existing: ExistingProcess): boolean {
  return Object.keys(drift(spec, existing)).length > 0;
}

function givenKeys(config: WorkerConfig): ConfigKey[] {
  return (Object.keys(configKeys) as ConfigKey[]).filter((key) => config[key] !== undefined);
}

/** What a value means, so that `3` equals `"3"`, and `high, default` equals `high,default`. */
function meaningOf(key: ConfigKey, value: unknown): string {
  if (key === 'queue') return foldQueue(value);
  if (key === 'connection') return foldConnection(value) ?? '';
  const isUnset = value === null || value === undefined || value === '';
  // A flag that is not set is off.
  if (configKeys[key] === 'flag') return String(isUnset ? false : (flagOf(value) ?? value));
  if (isUnset) return '';
  const number = Number(value);
  return Number.isNaN(number) ? String(value) : String(number);
}

/** `true`, `"true"`, `1` and `"1"` are one value, as PHP writes it. */
export function flagOf(value: unknown): boolean | undefined {
  if (value === true || value === 'true' || value === 1 || value === '1') return true;
  if (value === false || value === 'false' || value === 0 || value === '0') return false;
  return undefined;
}
