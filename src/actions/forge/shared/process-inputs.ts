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
  const command = readLine(inputs, 'command');
  if (command === undefined) inputs.problem('command', 'is needed, for example php8.4 artisan horizon');
  return {
    name: readLine(inputs, 'name'),
    command: command ?? '',
    user: readLine(inputs, 'user') ?? usualUser,
    directory: readLine(inputs, 'directory'),
    site: inputs.text('site'),
    processes: inputs.integer('processes', processesRange),
    startsecs: inputs.integer('startsecs', secondsRange),
    stopwaitsecs: inputs.integer('stopwaitsecs', secondsRange),
    stopsignal: readLine(inputs, 'stopsignal'),
  };
}

/** Text of one line. */
export function readLine(inputs: Inputs, name: string): string | undefined {
  const text = inputs.text(name);
  const problem = text === undefined ? undefined : lineProblem(text);
  if (problem !== undefined) inputs.problem(name, problem);
  return text;
}
