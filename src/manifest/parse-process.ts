import type { Node } from 'yaml';
import { orNear } from '../names/did-you-mean.ts';
import { parseConfig } from '../processes/parse-config.ts';
import { commandProblem, type ProcessSpec, processesRange, type WorkerConfig } from '../processes/spec.ts';
import { shorten } from '../shorten.ts';
import { type Fields, readFields } from './fields.ts';
import { type Entry, plainValue, quoted, type Source } from './source.ts';

const shape = { what: 'a process', keys: ['type', 'processes', 'command', 'config'] };

/** One declared process; undefined when it is wrong, which the source is told. */
export function parseProcess(
  source: Source,
  node: Node | undefined,
  place: Node,
  path: string,
): ProcessSpec | undefined {
  const fields = readFields(source, node, place, path, shape);
  if (fields === undefined) return undefined;
  const type = readType(source, fields.get('type'), node ?? place, path);
  const counted = fields.get('processes');
  const processes = counted === undefined ? undefined : readProcesses(source, counted, path);
  const command = readCommand(source, fields.get('command'), path);
  const config = readConfig(source, fields.get('config'), path);
  if (type === undefined || !fits(source, type, fields, node ?? place, path)) return undefined;
  if (counted !== undefined && processes === undefined) return undefined;
  if (type === 'worker') return config && { type, processes, config };
  return command === undefined ? undefined : { type, processes, command };
}

/** Has it what goes with its type, and nothing that does not? */
function fits(source: Source, type: ProcessSpec['type'], fields: Fields, place: Node, path: string): boolean {
  const [command, config] = [fields.get('command'), fields.get('config')];
  if (type === 'worker') {
    if (command === undefined) return true;
    const why = 'is for type: custom; a worker’s command is made from its config';
    source.problem(command.key, `${path}.command`, why);
    return false;
  }
  if (config !== undefined) {
    const why = 'is for type: worker; a custom process has only its command';
    source.problem(config.key, `${path}.config`, why);
  }
  if (command === undefined) {
    const why = 'is needed for type: custom, for example php artisan reverb:start';
    source.problem(place, `${path}.command`, why);
  }
  return config === undefined && command !== undefined;
}

function readType(
  source: Source,
  entry: Entry | undefined,
  place: Node,
  path: string,
): ProcessSpec['type'] | undefined {
  const type = entry === undefined ? undefined : plainValue(entry.value);
  if (type === 'worker' || type === 'custom') return type;
  const why =
    type === undefined
      ? 'is needed: worker or custom'
      : orNear(`must be worker or custom, not ${quoted(type)}`, String(type), ['worker', 'custom']);
  source.problem(entry?.value ?? entry?.key ?? place, `${path}.type`, why);
  return undefined;
}

function readProcesses(source: Source, entry: Entry, path: string): number | undefined {
  const { min, max } = processesRange;
  const value = plainValue(entry.value);
  if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return value;
  const why = `must be a whole number from ${min} to ${max}, without quotes, not ${quoted(value)}`;
  source.problem(entry.value ?? entry.key, `${path}.processes`, why);
  return undefined;
}

function readCommand(source: Source, entry: Entry | undefined, path: string): string | undefined {
  if (entry === undefined) return undefined;
  const value = plainValue(entry.value);
  const command = typeof value === 'string' ? value.trim() : '';
  const problem =
    command === ''
      ? `must be text such as php artisan reverb:start, not ${quoted(value)}`
      : commandProblem(command);
  if (problem === undefined) return command;
  source.problem(entry.value ?? entry.key, `${path}.command`, problem);
  return undefined;
}

function readConfig(source: Source, entry: Entry | undefined, path: string): WorkerConfig | undefined {
  if (entry === undefined) return {};
  const options = source.entries(entry.value, `${path}.config`);
  const value =
    options === undefined
      ? plainValue(entry.value)
      : Object.fromEntries(options.map((option) => [option.name, plainValue(option.value)]));
  const { config, problems } = parseConfig(value);
  for (const { key, why } of problems) {
    const option = options?.find(({ name }) => name === key);
    const node = option?.value ?? option?.key ?? entry.value ?? entry.key;
    source.problem(node, `${path}.config${key === undefined ? '' : `.${shorten(key, 80)}`}`, why);
  }
  return problems.length === 0 ? config : undefined;
}
