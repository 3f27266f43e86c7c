import { orNear } from '../names.ts';
import { quoted, shorten } from '../text.ts';

/** The options of a queue worker that Laravel Cloud accepts, all optional. Times are in seconds. */
export interface WorkerConfig {
  readonly connection?: string;
  /** One queue, or several separated by commas, the most urgent first. */
  readonly queue?: string;
  readonly tries?: number;
  readonly backoff?: number;
  readonly sleep?: number;
  readonly rest?: number;
  readonly timeout?: number;
  readonly force?: boolean;
}

export type ConfigKey = keyof WorkerConfig;

/** What each option must be. Source: the create request of Laravel Cloud's OpenAPI description. */
export const configKeys: Readonly<Record<ConfigKey, 'text' | 'integer' | 'flag'>> = {
  connection: 'text',
  queue: 'text',
  tries: 'integer',
  backoff: 'integer',
  sleep: 'integer',
  rest: 'integer',
  timeout: 'integer',
  force: 'flag',
};

/** How many processes one background process may have. Source: as above. */
export const processesRange = { min: 1, max: 10 } as const;

/** How many characters the command of a custom process may have. Source: as above. */
export const commandLength = { min: 3, max: 500 } as const;

/** Why a command cannot be that of a custom process; undefined when it can. */
export function commandProblem(command: string): string | undefined {
  const { min, max } = commandLength;
  if (/[\r\n]/.test(command)) return 'must be one line; in YAML, >- folds several lines into one';
  if (!command.isWellFormed()) return 'holds half of a character (a lone surrogate)';
  // As Laravel and JSON Schema count: an emoji is one character, not two.
  const { length } = [...command];
  if (length >= min && length <= max) return undefined;
  return `must have ${min} to ${max} characters, and has ${length}`;
}

/** How many processes one that is created gets when the declaration does not say. */
export const processesOfNew = 1;

/** A queue worker as declared. */
export interface WorkerSpec {
  readonly type: 'worker';
  /** Undefined: one that exists keeps its number. */
  readonly processes: number | undefined;
  readonly config: WorkerConfig;
}

/** A custom command as declared. */
export interface CustomSpec {
  readonly type: 'custom';
  /** Undefined: one that exists keeps its number. */
  readonly processes: number | undefined;
  readonly command: string;
}

/** A background process as the user declares it. */
export type ProcessSpec = WorkerSpec | CustomSpec;

/** So many characters of one part of a description are shown. */
const longest = 120;

/** What a process that is pinned by its id is to be: without a command it keeps the one that it has. */
export type PinnedSpec =
  | WorkerSpec
  | (Omit<CustomSpec, 'command'> & { readonly command: string | undefined });

/** A declaration in a few words: `worker on queue high,default`. */
export function describe(spec: PinnedSpec): string {
  if (spec.type === 'custom')
    return spec.command === undefined
      ? 'custom process'
      : `custom process "${shorten(spec.command, longest)}"`;
  const { queue = 'default', connection } = spec.config;
  return `worker on queue ${shorten(queue, longest)}${connection === undefined ? '' : ` of connection ${shorten(connection, longest)}`}`;
}

/** A worker's config as read from untrusted JSON or YAML, and every way in which it is wrong. */
export interface ParsedConfig {
  readonly config: WorkerConfig;
  /** `tries: must be a whole number, not "three"`. */
  readonly problems: readonly ConfigProblem[];
}

export interface ConfigProblem {
  /** The key that is wrong; undefined when it is the whole. */
  readonly key: string | undefined;
  readonly why: string;
}

/** Checks each option by itself, so that all problems are known at once. */
export function parseConfig(value: unknown): ParsedConfig {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const why = `must be an object such as {"queue": "high,default", "tries": 3}, not ${kindOf(value)}`;
    return { config: {}, problems: [{ key: undefined, why }] };
  }
  const config: Record<string, string | number | boolean> = {};
  const problems: ConfigProblem[] = [];
  for (const [key, option] of Object.entries(value)) {
    const result = parseOption(key, option);
    if ('why' in result) problems.push({ key, why: result.why });
    else config[key] = result.value;
  }
  return { config, problems };
}

type ParsedOption = { readonly value: string | number | boolean } | { readonly why: string };

function parseOption(key: string, option: unknown): ParsedOption {
  if (!isConfigKey(key)) return { why: notAnOption(key) };
  if (option === null) return { why: 'is null; leave it out to keep what is set' };
  switch (configKeys[key]) {
    case 'text':
      if (typeof option !== 'string') return { why: `must be text, not ${kindOf(option)}` };
      if (!option.isWellFormed()) return { why: 'holds half of a character (a lone surrogate)' };
      if (option.trim() === '') return { why: 'is empty; leave it out instead' };
      // Laravel would take the space after a comma as part of the queue's name.
      return { value: key === 'queue' ? foldQueue(option) : option.trim() };
    case 'integer':
      if (typeof option === 'number' && Number.isSafeInteger(option) && option >= 0) return { value: option };
      return { why: `must be a whole number of at least 0, without quotes, not ${kindOf(option)}` };
    case 'flag':
      if (typeof option === 'boolean') return { value: option };
      return { why: `must be true or false, without quotes, not ${kindOf(option)}` };
  }
}

/** Options of `queue:work` that Laravel Cloud does not take, as they are written in a command. */
const onlyInCommand: Readonly<Record<string, string>> = {
  'max-jobs': '--max-jobs=1000',
  'max-time': '--max-time=3600',
  memory: '--memory=256',
  name: '--name=imports',
};

function notAnOption(key: string): string {
  const known = Object.keys(configKeys);
  const why = `is not an option of a worker; Laravel Cloud takes these eight: ${known.join(', ')}`;
  const written = Object.hasOwn(onlyInCommand, key) ? onlyInCommand[key] : undefined;
  return written === undefined
    ? orNear(why, key, known)
    : `${why}. For others use type: custom with a command such as php artisan queue:work ${written}`;
}

function isConfigKey(key: string): key is ConfigKey {
  return Object.hasOwn(configKeys, key);
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  return typeof value === 'string' ? quoted(value) : JSON.stringify(value);
}

/** A queue list, trimmed, in order; no queue means `default`. */
export function foldQueue(queue: unknown): string {
  const names = String(queue ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  return names.length === 0 ? 'default' : names.join(',');
}

/** The connection's name, or undefined when there is none. */
export function foldConnection(connection: unknown): string | undefined {
  const name = String(connection ?? '').trim();
  return name === '' ? undefined : name;
}
