import type { GenericSchema } from 'valibot';
import { comparable, givenKeys } from '../../cloud/compare.ts';
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
import { quoted, wholeNumberOf, yamlFlag } from '../../text.ts';

/** Reads an input as JSON; undefined if it is none. A repeated key at the top is a problem. */
function readJson(inputs: Inputs, name: string, example: string): { readonly value: unknown } | undefined {
  const text = inputs.text(name);
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    for (const key of repeatedKeys(text))
      inputs.problem(name, `the key ${quoted(key)} is there twice; remove one`);
    return { value };
  } catch (error) {
    const [, position] = /at position (\d+)/.exec(String(error)) ?? [];
    const where = position === undefined ? '' : ` at character ${Number(position) + 1}`;
    inputs.problem(name, `is not valid JSON${where}; write an object such as ${example}`);
    return undefined;
  }
}

/** A string, or a character of JSON's structure. */
const tokens = /"(?:[^"\\]|\\.)*"|[{}[\]:]/gs;

function repeatedKeys(text: string): readonly string[] {
  const seen = new Set<string>();
  const repeated = new Set<string>();
  let depth = 0;
  let last = '';
  for (const [token] of text.matchAll(tokens)) {
    if (token === '{' || token === '[') depth++;
    else if (token === '}' || token === ']') depth--;
    else if (token === ':' && depth === 1) {
      const key = String(JSON.parse(last));
      if (seen.has(key)) repeated.add(key);
      seen.add(key);
    }
    last = token;
  }
  return [...repeated];
}

/** Inputs by name, each with the kind of its value. */
export type Kinds = Readonly<Record<string, 'text' | 'integer' | 'flag'>>;

/** Returns the values of inputs as a manifest has them: digits as a number, `true` and `false` as flags. */
export function plainInputs(inputs: Inputs, kinds: Kinds): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(kinds).flatMap(([name, kind]) => {
      const text = kind === 'text' ? inputs.line(name) : inputs.text(name);
      // Other texts stay as they are, and the schema refuses them.
      return text === undefined ? [] : [[name, readers[kind](text) ?? text]];
    }),
  );
}

const readers = { text: String, integer: wholeNumberOf, flag: yamlFlag } as const;

/** Reads plain values by a schema, and notes each problem under the name of its input. */
export function readBySchema<T>(
  inputs: Inputs,
  schema: GenericSchema<unknown, T>,
  values: unknown,
  namesOf: (problem: Problem) => readonly string[] = ({ path }) => [path.join(': ')],
): T | undefined {
  const { value, problems } = check(schema, values);
  for (const problem of problems) for (const name of namesOf(problem)) inputs.problem(name, problem.why);
  return value;
}

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
  const others = isMapping(inJson?.value) ? inJson.value : {};
  for (const key of givenKeys(inInputs)) {
    const value = inInputs[key];
    const other = others[key] ?? value;
    if (comparable(key, other) === comparable(key, value)) continue;
    const both = `is ${quoted(String(value))}, and config-json has ${quoted(String(other))} for it`;
    inputs.problem(key, `${both}; set it in one of the two`);
  }
  return { ...fromJson, ...own };
}

/** Returns the input of a request's field: `queue` or `config-json: queue` for `config.queue`. */
export function inputOf(inputs: Inputs, field: string): string {
  const [, key] = /^config\.(.+)$/.exec(field) ?? [];
  if (key !== undefined)
    return Object.hasOwn(configKeys, key) && inputs.text(key) !== undefined ? key : `config-json: ${key}`;
  return field === 'config' ? (configInputs(inputs, configKeys)[0] ?? 'config-json') : field;
}
