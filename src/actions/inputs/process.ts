import {
  configKeys,
  PinnedDeclaration,
  type PinnedSpec,
  ProcessDeclaration,
  type ProcessSpec,
  type WorkerConfig,
  WorkerOptions,
} from '../../cloud/spec.ts';
import type { Problem } from '../../manifest/schema.ts';
import type { Inputs } from '../../runner/inputs.ts';
import { quoted } from '../../text.ts';
import { readJson } from './json.ts';
import { plainInputs, readBySchema } from './plain.ts';

const optionInputs = Object.keys(configKeys);

/** Reads `type`, `processes`, `command`, `config-json` and the options of a worker. */
export function readSpec(inputs: Inputs, fallback: ProcessSpec['type'] = 'worker'): ProcessSpec {
  const spec = readBySchema(inputs, ProcessDeclaration, declared(inputs, fallback), (problem) =>
    inputsOf(inputs, problem),
  );
  return withConfig(inputs, spec ?? { type: 'worker', processes: undefined, config: {} });
}

/** The same for a process that is pinned by its id: it may keep its command. */
export function readPinnedSpec(inputs: Inputs): PinnedSpec {
  const values = declared(inputs, 'worker');
  const read = readBySchema(inputs, PinnedDeclaration, values, (problem) => inputsOf(inputs, problem));
  const { type = 'worker', processes, command } = read ?? {};
  const spec: PinnedSpec = type === 'worker' ? { type, processes, config: {} } : { type, processes, command };
  return withConfig(inputs, spec);
}

function declared(inputs: Inputs, fallback: ProcessSpec['type']): Readonly<Record<string, unknown>> {
  const values = plainInputs(inputs, { type: 'text', processes: 'integer', command: 'text' });
  // The options are read by themselves, since they have names of their own.
  return { type: fallback, ...values, ...(configInputs(inputs).length === 0 ? {} : { config: {} }) };
}

/** The inputs that hold options of a worker and are set. */
export function configInputs(inputs: Inputs): readonly string[] {
  return ['config-json', ...optionInputs].filter((name) => inputs.text(name) !== undefined);
}

/** What is wrong with the options as a whole is wrong with each input that holds some. */
function inputsOf(inputs: Inputs, { path: [field = ''] }: Problem): readonly string[] {
  return field === 'config' ? configInputs(inputs) : [field];
}

function withConfig<S extends PinnedSpec>(inputs: Inputs, spec: S): S {
  return spec.type === 'worker' ? { ...spec, config: readConfig(inputs) } : spec;
}

/** The options from `config-json` and from their own inputs. */
function readConfig(inputs: Inputs): WorkerConfig {
  const json = inputs.text('config-json');
  const fromJson = json === undefined ? {} : (readConfigJson(inputs, json) ?? {});
  const own = readBySchema(inputs, WorkerOptions, plainInputs(inputs, configKeys)) ?? {};
  for (const [key, value] of Object.entries(own)) {
    const other: unknown = Object.entries(fromJson).find(([name]) => name === key)?.[1];
    if (other === undefined || other === value) continue;
    const both = `is ${quoted(String(value))}, and config-json has ${quoted(String(other))} for it`;
    inputs.problem(key, `${both}; set it in one of the two`);
  }
  return { ...fromJson, ...own };
}

function readConfigJson(inputs: Inputs, json: string): WorkerConfig | undefined {
  const read = readJson(json, '{"queue": "high,default", "tries": 3}');
  for (const why of read.problems) inputs.problem('config-json', why);
  if (!('value' in read)) return undefined;
  return readBySchema(inputs, WorkerOptions, read.value, ({ path }) => [['config-json', ...path].join(': ')]);
}

/** A field of a request by the name of its input: `config.queue` is `queue`, or `config-json: queue`. */
export function inputOf(inputs: Inputs, field: string): string {
  const [, key] = /^config\.(.+)$/.exec(field) ?? [];
  if (key !== undefined)
    return optionInputs.includes(key) && inputs.text(key) !== undefined ? key : `config-json: ${key}`;
  return field === 'config' ? (configInputs(inputs)[0] ?? 'config-json') : field;
}
