import { derivedName } from '../../../forge/identity.ts';
import { type ForgeSpec, processesRange } from '../../../forge/spec.ts';
import type { Inputs } from '../../../runner/inputs.ts';

/** Reads what a process is, but for its site, which is looked up later. */
export function readForgeSpec(
  inputs: Inputs,
): Omit<ForgeSpec, 'name' | 'siteId'> & { name?: string | undefined } {
  const command = line(inputs, 'command');
  if (command === undefined) inputs.problem('command', 'is needed, for example php8.4 artisan horizon');
  return {
    name: line(inputs, 'name'),
    command: command ?? '',
    user: line(inputs, 'user') ?? 'forge',
    directory: line(inputs, 'directory'),
    processes: inputs.integer('processes', processesRange),
    startsecs: optionalSeconds(inputs, 'startsecs'),
    stopwaitsecs: optionalSeconds(inputs, 'stopwaitsecs'),
    stopsignal: line(inputs, 'stopsignal'),
  };
}

/** The whole declaration, under a name of its own if it has none. */
export function specOf(read: ReturnType<typeof readForgeSpec>, siteId: string | undefined): ForgeSpec {
  return { ...read, siteId, name: read.name ?? derivedName({ ...read, siteId }) };
}

/** Text of one line: what Forge writes into a configuration file must not break out of its line. */
function line(inputs: Inputs, name: string): string | undefined {
  const text = inputs.text(name);
  if (text !== undefined && /[\r\n\0]/.test(text))
    inputs.problem(name, 'must be one line; in YAML, >- folds several lines into one');
  return text;
}

function optionalSeconds(inputs: Inputs, name: string): number | undefined {
  return inputs.integer(name, { min: 0, max: 86_400 });
}
