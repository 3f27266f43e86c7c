import { parseConfig } from '../../processes/parse-config.ts';
import { commandProblem, type ProcessSpec, processesRange } from '../../processes/spec.ts';
import type { Inputs } from '../../runner/inputs.ts';

interface Reading {
  /** A pinned process may leave its command as it is. */
  readonly pinned: boolean;
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
export function readSpec(inputs: Inputs, { pinned, fallback = 'worker', processes }: Reading): ProcessSpec {
  const type = inputs.choice('type', ['worker', 'custom'], fallback);
  const command = inputs.text('command');
  const configJson = inputs.text('config-json');

  if (type === 'worker') {
    if (command !== undefined)
      inputs.problem('command', 'is for type: custom; a worker’s command is made from its config-json');
    return { type, processes, config: configJson === undefined ? {} : readConfig(inputs, configJson) };
  }
  if (command === undefined && !pinned)
    inputs.problem('command', 'is needed for type: custom, for example php artisan reverb:start');
  const problem = command === undefined ? undefined : commandProblem(command);
  if (problem !== undefined) inputs.problem('command', problem);
  if (configJson !== undefined)
    inputs.problem('config-json', 'is for type: worker; a custom process has only its command');
  return { type, processes, command: command ?? '' };
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
