import { shorten } from '../shorten.ts';

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
