import {
  type ForgeDeclaration,
  lineProblem,
  processesRange,
  secondsRange,
  usualUser,
} from '../../../forge/spec.ts';
import type { Inputs } from '../../../runner/inputs.ts';

/** Reads what a process is, `site` included. */
export function readForgeDeclaration(inputs: Inputs): ForgeDeclaration {
  const command = line(inputs, 'command');
  if (command === undefined) inputs.problem('command', 'is needed, for example php8.4 artisan horizon');
  return {
    name: line(inputs, 'name'),
    command: command ?? '',
    user: line(inputs, 'user') ?? usualUser,
    directory: line(inputs, 'directory'),
    site: inputs.text('site'),
    processes: inputs.integer('processes', processesRange),
    startsecs: inputs.integer('startsecs', secondsRange),
    stopwaitsecs: inputs.integer('stopwaitsecs', secondsRange),
    stopsignal: line(inputs, 'stopsignal'),
  };
}

/** Text of one line. */
export function line(inputs: Inputs, name: string): string | undefined {
  const text = inputs.text(name);
  const problem = text === undefined ? undefined : lineProblem(text);
  if (problem !== undefined) inputs.problem(name, problem);
  return text;
}
