import {
  commandProblem,
  type PinnedSpec,
  type ProcessSpec,
  parseConfig,
  processesRange,
} from '../../cloud/spec.ts';
import type { Inputs } from '../../runner/inputs.ts';

interface Reading {
  /** The type when none is given. */
  readonly fallback?: ProcessSpec['type'];
  /** Left out where only what identifies a process is asked for. */
  readonly processes?: number | undefined;
}

/** Reads `processes`; undefined keeps the number of a process that exists. */
export function readProcesses(inputs: Inputs): number | undefined {
  return inputs.integer('processes', processesRange);
}

/** Reads `type`, `command` and `config-json`. */
export function readSpec(inputs: Inputs, reading: Reading): ProcessSpec {
  const spec = readPinnedSpec(inputs, reading);
  if (spec.type === 'worker') return spec;
  const { command } = spec;
  if (command === undefined)
    inputs.problem('command', 'is needed for type: custom, for example php artisan reverb:start');
  return { ...spec, command: command ?? '' };
}

/** The same for a process that is pinned by its id: it may keep its command. */
export function readPinnedSpec(inputs: Inputs, { fallback = 'worker', processes }: Reading): PinnedSpec {
  const type = inputs.choice('type', ['worker', 'custom'], fallback);
  const command = inputs.text('command');
  const configJson = inputs.text('config-json');

  if (type === 'worker') {
    if (command !== undefined)
      inputs.problem('command', 'is for type: custom; a worker’s command is made from its config-json');
    return { type, processes, config: configJson === undefined ? {} : readConfig(inputs, configJson) };
  }
  const problem = command === undefined ? undefined : commandProblem(command);
  if (problem !== undefined) inputs.problem('command', problem);
  if (configJson !== undefined)
    inputs.problem('config-json', 'is for type: worker; a custom process has only its command');
  return { type, processes, command };
}

/** `config.queue` → `config-json: queue`: a field of a request, as the reader knows it. */
export function inputOf(field: string): string {
  const [, key] = /^config\.(.+)$/.exec(field) ?? [];
  if (key !== undefined) return `config-json: ${key}`;
  return field === 'config' ? 'config-json' : field;
}

function readConfig(inputs: Inputs, json: string) {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    inputs.problem(
      'config-json',
      'is not JSON; write an object such as {"queue": "high,default", "tries": 3}',
    );
    return {};
  }
  const { config, problems } = parseConfig(value);
  for (const { key, why } of problems) {
    inputs.problem(key === undefined ? 'config-json' : `config-json: ${key}`, why);
  }
  return config;
}
