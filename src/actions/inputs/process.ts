import type { GenericSchema } from 'valibot';
import {
  configKeys,
  PinnedDeclaration,
  type PinnedSpec,
  ProcessDeclaration,
  type ProcessSpec,
  type WorkerConfig,
  WorkerOptions,
} from '../../cloud/spec.ts';
import { check, isMapping, type Problem } from '../../manifest/schema.ts';
import type { Inputs } from '../../runner/inputs.ts';
import { quoted } from '../../text.ts';
import { type Kinds, plainInputs, readBySchema, readJson } from './by-schema.ts';

/** The options of a worker that identify it. */
export const identityOptions = { queue: 'text', connection: 'text' } as const;

/** Reads `type`, `processes`, `command`, `config-json` and the options of a worker. */
export function readSpec(inputs: Inputs): ProcessSpec {
  const values = plainInputs(inputs, { type: 'text', processes: 'integer', command: 'text' });
  return readDeclaration(inputs, { type: 'worker', ...values }, configKeys);
}

/** Reads only the inputs that identify a process. */
export function readIdentity(inputs: Inputs, fallback: ProcessSpec['type']): ProcessSpec {
  const values = plainInputs(inputs, { type: 'text', command: 'text' });
  return readDeclaration(inputs, { type: fallback, ...values }, identityOptions);
}

/** Reads the declaration of a process pinned by `process-id`: `command` may be left out. */
export function readPinnedSpec(inputs: Inputs): PinnedSpec {
  const values = plainInputs(inputs, { type: 'text', processes: 'integer', command: 'text' });
  const read = readBeside(inputs, PinnedDeclaration, { type: 'worker', ...values }, configKeys);
  const { type = 'worker', processes, command } = read ?? {};
  return type === 'worker'
    ? { type, processes, config: readConfig(inputs, configKeys) }
    : { type, processes, command };
}

function readDeclaration(inputs: Inputs, values: object, options: Kinds): ProcessSpec {
  const spec = readBeside(inputs, ProcessDeclaration, values, options);
  if (spec?.type === 'custom') return spec;
  return { type: 'worker', processes: spec?.processes, config: readConfig(inputs, options) };
}

/**
 * Reads a declaration without its options, which have their own inputs. Notes a problem with the options as a whole for
 * each input that sets an option.
 */
function readBeside<T>(
  inputs: Inputs,
  schema: GenericSchema<unknown, T>,
  values: object,
  options: Kinds,
): T | undefined {
  const set = configInputs(inputs, options);
  const namesOf = ({ path: [field = ''] }: Problem) => (field === 'config' ? set : [field]);
  return readBySchema(inputs, schema, set.length === 0 ? values : { ...values, config: {} }, namesOf);
}

export function configInputs(inputs: Inputs, options: Kinds): readonly string[] {
  return ['config-json', ...Object.keys(options)].filter((name) => inputs.text(name) !== undefined);
}

function readConfig(inputs: Inputs, options: Kinds): WorkerConfig {
  const inJson = readJson(inputs, 'config-json', '{"queue": "high,default", "tries": 3}');
  const inInputs = plainInputs(inputs, options);
  const namesInJson = ({ path }: Problem) => [['config-json', ...path].join(': ')];
  const fromJson = inJson && readBySchema(inputs, WorkerOptions, inJson.value, namesInJson);
  const own = readBySchema(inputs, WorkerOptions, inInputs);
  const others = validOptions(inJson?.value);
  for (const [key, value] of validOptions(inInputs)) {
    const other = others.get(key);
    if (other === undefined || other === value) continue;
    const both = `is ${quoted(String(value))}, and config-json has ${quoted(String(other))} for it`;
    inputs.problem(key, `${both}; set it in one of the two`);
  }
  return { ...fromJson, ...own };
}

/** Returns the valid options. Checks each by itself, so that a wrong one hides no difference between the others. */
function validOptions(options: unknown): ReadonlyMap<string, unknown> {
  const given = isMapping(options) ? Object.entries(options) : [];
  return new Map(
    given.flatMap(([key, value]) => Object.entries(check(WorkerOptions, { [key]: value }).value ?? {})),
  );
}

/** Returns the input of a request's field: `queue` or `config-json: queue` for `config.queue`. */
export function inputOf(inputs: Inputs, field: string): string {
  const [, key] = /^config\.(.+)$/.exec(field) ?? [];
  if (key !== undefined)
    return Object.hasOwn(configKeys, key) && inputs.text(key) !== undefined ? key : `config-json: ${key}`;
  return field === 'config' ? (configInputs(inputs, configKeys)[0] ?? 'config-json') : field;
}
